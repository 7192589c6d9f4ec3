// Options, checked.

/** What an option may be, and how that is called. */
export type Rule = readonly [is: (value: unknown) => boolean, what: string];

export const TEXT: Rule = [(value) => typeof value === "string", "text"];
export const FUNCTION: Rule = [(value) => typeof value === "function", "a function"];
export const OBJECT: Rule = [(value) => typeof value === "object" && value !== null, "an object"];
export const SECONDS: Rule = [(value) => typeof value === "number" && value > 0, "a number above 0"];

/** The caller's own members, each with its type proved. Throws what `wrong` makes: a `TypeError`, which is a mistake in the program. */
export function checkedOptions<Options extends object>(
  given: Options,
  rules: Record<keyof Options, Rule>,
  wrong: (message: string, field: string) => Error = (message) => new TypeError(message),
): Options {
  const options = { __proto__: null, ...given } as Options;
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name)) throw wrong(`${name}: unknown; there are ${Object.keys(rules).join(", ")}`, name);
    const [is, what] = rules[name as keyof Options];
    if (value !== undefined && !is(value)) throw wrong(`${name}: expected ${what}`, name);
  }
  return options;
}
