// Asks anew for a file that did not arrive. Browsers remember a failed import() of an address for as long as the page lives, as
// the HTML Standard had it until 2026 (whatwg/html#6768; Firefox since 155 and newer Chromium forget it): there, asking for the
// same address is not asking at all. So it is asked for under another one, which only differs in its query.

/** Where the file is, as whoever bundled this has written it: only the bundler knows how it has named its chunk. */
const SPECIFIER = /\bimport\(\s*(["'`])([^"'`\\$]+)\1/;

/** Calls at the same time ask for the same address; one that failed is not asked for again. */
let failures = 0;

/**
 * Imports, and after a failure once more under an address that nobody has asked for yet. Where the source of `load` names no
 * address, the file is no module of its own, or comes by a loader that forgets failures, such as webpack's.
 *
 * @param load a function with nothing but the `import()` in it
 */
export async function importAgain<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const specifier = SPECIFIER.exec(String(load))?.[2];
    if (!specifier) throw cause;
    const address = `${specifier}${specifier.includes("?") ? "&" : "?"}again=${failures + 1}`;
    // A relative one means what it means above: this is the same script.
    return import(/* webpackIgnore: true */ /* @vite-ignore */ address).catch(() => {
      failures++;
      throw cause;
    });
  }
}
