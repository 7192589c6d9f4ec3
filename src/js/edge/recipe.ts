// What a client of this package says when it sends audio as it is: the request that it would have sent, around its audio.

/** Where the request would have gone, and what stands in it before and after the base64 of the audio, as base64. */
export const RECIPE_HEADERS = ["x-dashscope-route", "x-dashscope-before", "x-dashscope-after"];

/** A request in two pieces. */
export interface Recipe {
  path: string;
  before: Uint8Array<ArrayBuffer>;
  after: Uint8Array<ArrayBuffer>;
}

/** Reads it from the headers; `undefined` where there is none, `null` where it cannot be read. */
export function readRecipe(headers: Headers): Recipe | null | undefined {
  const [path, before, after] = RECIPE_HEADERS.map((name) => headers.get(name));
  if (path === null || path === undefined) return undefined;
  try {
    return { path, before: bytes(before ?? ""), after: bytes(after ?? "") };
  } catch {
    return null;
  }
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
