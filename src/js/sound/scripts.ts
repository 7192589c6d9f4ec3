// What goes with the part `sound`, because nobody needs it without.

export { durationOf } from "./description.js";
export { Recording } from "./recording.js";
export { isReadable } from "./samples.js";
