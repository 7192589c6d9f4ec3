// Tokens for pages without a log-in: your server makes one with the page, the relay checks it. Nothing is stored.

import { refused } from "../data.js";
import { callRelay } from "./policy.js";
import { refusal } from "./refusal.js";
import { isSigned, sign } from "./signing.js";

/** What a page token is made of. */
export interface PageTokenOptions {
  /** The relay's `pageTokenSecret`. */
  secret: string;
  /** Whom it is for: limits and tasks are this caller's. Without a name, those of the address that it is used from. */
  caller?: string | undefined;
  /** Seconds that it is good for, 1 to 86,400. Default: 600. */
  expiresIn?: number | undefined;
}

const SHORTEST_SECRET = 32;
const LONGEST_SECONDS = 86_400;

/**
 * Makes a token for a page, which passes it as its `apiKey`: `new Transcriber({ baseURL: "/dashscope", apiKey: token })`. Make it where
 * the page is made, or in an answer to your own page; it lets nobody in but into the relay, and not for long.
 */
export async function createPageToken({ secret, caller = "", expiresIn = 600 }: PageTokenOptions): Promise<string> {
  checkSecret(secret);
  if (typeof caller !== "string") throw refused("caller", "expected a string");
  if (!(Number.isInteger(expiresIn) && expiresIn >= 1 && expiresIn <= LONGEST_SECONDS)) {
    throw refused("expiresIn", `expected a whole number of seconds from 1 to ${LONGEST_SECONDS}`);
  }
  const expires = Math.floor(Date.now() / 1000) + expiresIn;
  const text = callRelay((glue) => glue.pageTokenText(caller, expires));
  return `${text}.${await sign(secret, text)}`;
}

/** Whom a token is for. */
export async function pageTokenCaller(secret: string, token: string): Promise<string> {
  const read = callRelay((glue) => glue.openPageToken(token));
  if (!read) throw refusal(401, "InvalidApiKey", "The page token is cut off or changed: reload the page.");
  const [signed, signature, caller, expires] = read;
  if (!(await isSigned(secret, signed, signature))) {
    throw refusal(401, "InvalidApiKey", "The page token was not made for this relay: reload the page.");
  }
  if (Number(expires) * 1000 <= Date.now()) {
    throw refusal(401, "InvalidApiKey", "The page token has expired: reload the page, or ask for a new one.");
  }
  return caller;
}

/** A short secret can be guessed from any token that was made with it. */
export function checkSecret(secret: unknown): asserts secret is string {
  if (typeof secret !== "string" || secret.length < SHORTEST_SECRET) {
    throw refused(
      "pageTokenSecret",
      `expected a secret of at least ${SHORTEST_SECRET} characters, e.g. of openssl rand -hex 32`,
    );
  }
}
