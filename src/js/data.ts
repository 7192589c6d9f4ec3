// What callers hand over as data goes to the core as JSON.

import { InvalidOptionError } from "./errors.js";

/** The JSON of it. What JSON would drop or change without a word is refused by its name. */
export function json(given: unknown, what: string): string {
  if (typeof given === "object" && given !== null) {
    for (const [name, value] of Object.entries(given)) if (!isPlain(value)) throw notPlain(name);
  }
  if (given === undefined) return "null";
  try {
    const text: string | undefined = JSON.stringify(given);
    if (text !== undefined) return text;
  } catch {
    // It refers to itself, or has a BigInt inside.
  }
  throw notPlain(what, ", as JSON can hold it");
}

/** A caller's members, and nothing inherited: whoever has polluted `Object.prototype` has no say in a call. */
export function own<Given extends object>(given: Given | null | undefined): Given {
  return { __proto__: null, ...given } as unknown as Given;
}

function isPlain(value: unknown): boolean {
  return typeof value === "number" ? Number.isFinite(value) : !["function", "symbol", "bigint"].includes(typeof value);
}

function notPlain(field: string, more = ""): InvalidOptionError {
  return refused(field, `expected plain data${more}`);
}

/** The error for an option that the core never sees. */
export function refused(field: string, problem: string): InvalidOptionError {
  return new InvalidOptionError({ code: "invalid_option", message: `${field}: ${problem}`, field, retryable: false });
}
