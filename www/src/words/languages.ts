// Languages: their codes, and what people call them.

/** What the service can be told to expect. */
export const LANGUAGE_CODES: readonly string[] =
  "zh yue en ja de ko ru fr pt ar it es hi id th tr uk vi cs da fil fi is ms no pl sv".split(" ");

const names = new Intl.DisplayNames(["en"], { type: "language" });

export function languageName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    // Not every code that a service may answer is a valid language tag.
    return code;
  }
}
