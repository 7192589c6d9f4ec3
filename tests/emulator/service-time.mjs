// Times as the service writes them.

/** `2025-10-27 14:19:31.150`, Beijing time, without a zone. @param {number} milliseconds since 1970 */
export function taskTime(milliseconds) {
  return new Date(milliseconds + 8 * 3600_000).toISOString().replace("T", " ").replace("Z", "");
}

/** The same to the second. @param {number} milliseconds */
export function listTime(milliseconds) {
  return taskTime(milliseconds).slice(0, -4);
}
