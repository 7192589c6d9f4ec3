// Long audio is recognised in pieces of a few seconds, cut where nobody speaks, or else where it is quietest. The fewer cuts
// the better: the model understands a sentence best when it hears all of it.

const LONGEST = 700; // frames of 20 ms: 14 s, what the model was trained on
const EARLIEST_CUT = 300; // 6 s
const LONG_PAUSE = 75; // 1.5 s: always ends a piece
const MARGIN = 10; // 200 ms kept on either side, for soft beginnings and endings

/** @typedef {import("./voice-activity.mjs").Run} Run */
/** @typedef {{ begin: number, end: number, voiced: Run[] }} Piece frames; `voiced` are the runs of speech inside */

/**
 * @param {Run[]} runs
 * @param {Float32Array} loudness
 * @returns {Piece[]} in order, none overlapping
 */
export function cutIntoPieces(runs, loudness) {
  /** @type {Run[][]} */
  const groups = [];
  /** @type {Run[]} */
  let group = [];
  for (const run of runs.flatMap((run) => cutLongRun(run, loudness))) {
    if (group.length > 0 && run.begin - group[group.length - 1].end >= LONG_PAUSE) {
      groups.push(group);
      group = [];
    }
    group.push(run);
    while (run.end - group[0].begin > LONGEST) groups.push(group.splice(0, widestGap(group)));
  }
  if (group.length > 0) groups.push(group);
  return groups.map((voiced, index) => withMargins(voiced, groups[index - 1], groups[index + 1], loudness.length));
}

/** How many runs come before the widest pause that does not make the first part needlessly short. */
function widestGap(group) {
  let best = group.length - 1;
  const gapBefore = (index) => group[index].begin - group[index - 1].end;
  for (let index = 1; index < group.length; index++) {
    const early = group[index - 1].end - group[0].begin < EARLIEST_CUT;
    if (!early && gapBefore(index) > gapBefore(best)) best = index;
  }
  return best;
}

function withMargins(voiced, previous, following, frames) {
  const begin = voiced[0].begin;
  const end = voiced.at(-1).end;
  const before = previous?.at(-1).end ?? 0;
  const after = following?.[0].begin ?? frames;
  return {
    begin: Math.max(begin - MARGIN, Math.ceil((before + begin) / 2)),
    end: Math.min(end + MARGIN, Math.floor((end + after) / 2)),
    voiced,
  };
}

/** @param {Run} run @param {Float32Array} loudness @returns {Run[]} */
function cutLongRun(run, loudness) {
  const parts = [];
  let begin = run.begin;
  while (run.end - begin > LONGEST) {
    let quietest = begin + EARLIEST_CUT;
    for (let frame = quietest; frame < begin + LONGEST; frame++) {
      if (around(loudness, frame) < around(loudness, quietest)) quietest = frame;
    }
    parts.push({ begin, end: quietest });
    begin = quietest;
  }
  parts.push({ begin, end: run.end });
  return parts;
}

/** Loudness of the 100 ms around a frame. */
function around(loudness, frame) {
  let sum = 0;
  for (let at = frame - 2; at <= frame + 2; at++) sum += loudness[at] ?? -100;
  return sum;
}
