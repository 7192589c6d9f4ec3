// Fair turns: contenders take turns within each round, so that a slow moment of the machine hits all of them.

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Milliseconds of each contender: the median over all rounds, after one round that does not count.
 *
 * @param {Record<string, () => unknown>} contenders
 * @param {number} rounds
 * @param {() => void} [between] e.g. garbage collection
 * @returns {Promise<Record<string, number>>}
 */
export async function race(contenders, rounds, between = () => {}) {
  const names = Object.keys(contenders);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    // Another one begins each time: nobody is always the one after the garbage of the same other.
    const order = names.map((_, index) => names[(index + round + 1) % names.length]);
    for (const name of order) {
      between();
      const began = performance.now();
      await contenders[name]();
      const took = performance.now() - began;
      if (round >= 0) times[name].push(took);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])]));
}
