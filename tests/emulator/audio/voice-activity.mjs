// Where somebody speaks, judged by loudness alone. Speech goes up and down by far more than steady noise or a hum does, so a
// recording without such movement holds no speech however loud it is.

export const FRAME_MS = 20;
const FRAME = 320; // samples of 20 ms at 16 kHz

const QUIETEST_SPEECH_DB = -55;
const LEAST_MOVEMENT_DB = 9;
const THRESHOLD_SHARE = 0.35;
const BRIDGED_GAP_FRAMES = 10; // 200 ms: the closure of a "p" or a "t" is no pause
const SHORTEST_RUN_FRAMES = 4; // 80 ms: a click is no word

/** @typedef {{ begin: number, end: number }} Run frames, `end` excluded */

/**
 * @param {Float32Array} samples 16 kHz mono
 * @returns {{ runs: Run[], loudness: Float32Array }} runs of speech, and the loudness of each frame in dBFS
 */
export function findSpeech(samples) {
  const loudness = measure(samples);
  const sorted = Float32Array.from(loudness).sort();
  const floor = percentile(sorted, 0.1);
  const loud = percentile(sorted, 0.95);
  if (loudness.length === 0 || loud < QUIETEST_SPEECH_DB || loud - floor < LEAST_MOVEMENT_DB)
    return { runs: [], loudness };
  const threshold = Math.max(floor + THRESHOLD_SHARE * (loud - floor), QUIETEST_SPEECH_DB - 10);
  return { runs: dropClicks(bridge(runsAbove(loudness, threshold))), loudness };
}

function measure(samples) {
  const loudness = new Float32Array(Math.ceil(samples.length / FRAME));
  for (let frame = 0; frame < loudness.length; frame++) {
    const end = Math.min(samples.length, (frame + 1) * FRAME);
    let energy = 0;
    for (let i = frame * FRAME; i < end; i++) energy += samples[i] * samples[i];
    loudness[frame] = Math.max(-100, 10 * Math.log10(energy / (end - frame * FRAME) + 1e-12));
  }
  return loudness;
}

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function runsAbove(loudness, threshold) {
  const runs = [];
  for (let frame = 0; frame < loudness.length; frame++) {
    if (loudness[frame] <= threshold) continue;
    const last = runs.at(-1);
    if (last && last.end === frame) last.end++;
    else runs.push({ begin: frame, end: frame + 1 });
  }
  return runs;
}

function bridge(runs) {
  const bridged = [];
  for (const run of runs) {
    const last = bridged.at(-1);
    if (last && run.begin - last.end <= BRIDGED_GAP_FRAMES) last.end = run.end;
    else bridged.push({ ...run });
  }
  return bridged;
}

function dropClicks(runs) {
  return runs.filter((run) => run.end - run.begin >= SHORTEST_RUN_FRAMES);
}
