// Bearer keys: anything that begins with sk-, except sk-invalid…, or exactly the one key the emulator was started with.
import { refusal } from "./service-error.mjs";

/**
 * @param {string | undefined} header
 * @param {{ key?: string, tokens: import("./token-store.mjs").TokenStore }} account
 * @returns {string} the key
 */
export function authorise(header, { key: only, tokens }) {
  const key = /^Bearer\s+(\S+)$/i.exec(header ?? "")?.[1];
  if (!key) throw refusal(header ? "wrong-key" : "no-key");
  if (tokens.isValid(key)) return key;
  const accepted = only === undefined ? key.startsWith("sk-") && !key.startsWith("sk-invalid") : key === only;
  if (!accepted) throw refusal("wrong-key");
  return key;
}
