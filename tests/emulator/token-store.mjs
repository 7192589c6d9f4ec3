// Temporary keys that the emulator gave out.
import { randomBytes } from "node:crypto";

/** @typedef {ReturnType<typeof createTokenStore>} TokenStore */

export function createTokenStore() {
  /** @type {Map<string, number>} */
  const expiry = new Map();
  return {
    /** @param {number} seconds */
    issue(seconds) {
      const token = `st-${randomBytes(24).toString("hex")}`;
      const expiresAt = Math.floor(Date.now() / 1000) + seconds;
      expiry.set(token, expiresAt);
      return { token, expires_at: expiresAt };
    },
    /** @param {string} key */
    isValid: (key) => (expiry.get(key) ?? 0) * 1000 > Date.now(),
  };
}
