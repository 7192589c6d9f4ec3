// The bucket behind oss://: what was uploaded, by key, for as long as the emulator runs.

/** @typedef {ReturnType<typeof createObjectStore>} ObjectStore */

export function createObjectStore() {
  /** @type {Map<string, Uint8Array>} */
  const objects = new Map();
  return {
    /** @param {string} key */
    get: (key) => objects.get(key),
    /** @param {string} key */
    has: (key) => objects.has(key),
    /** @param {string} key @param {Uint8Array} bytes */
    put: (key, bytes) => void objects.set(key, bytes),
  };
}
