// The bucket behind oss://: what was uploaded, by key, for as long as the emulator runs.

/** @typedef {ReturnType<typeof createObjectStore>} ObjectStore */

export function createObjectStore() {
  /** @type {Map<string, { bytes: Uint8Array, model: string }>} */
  const objects = new Map();
  /** Which model an upload directory was opened for. @type {Map<string, string>} */
  const directories = new Map();
  return {
    /** @param {string} directory @param {string} model */
    openDirectory: (directory, model) => void directories.set(directory, model),
    /**
     * An upload belongs to the model it was made for, and names with spaces or other than ASCII letters are never found again.
     * @param {string} key
     * @param {string} model
     */
    get(key, model) {
      const object = objects.get(key);
      return object?.model === model && /^[\x21-\x7e]+$/.test(key) ? object.bytes : undefined;
    },
    /** @param {string} key */
    has: (key) => objects.has(key),
    /** @param {string} key @param {Uint8Array} bytes */
    put(key, bytes) {
      const directory = [...directories.keys()].find((candidate) => key.startsWith(`${candidate}/`));
      objects.set(key, { bytes, model: directories.get(directory ?? "") ?? "" });
    },
  };
}
