// Which first lines say what a file is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hasHeader } from "../../scripts/test/headers.mjs";

for (const [what, text, expected] of [
  ["a line", "// What it is.\n\nexport const one = 1;\n", true],
  ["a line after the one for the shell", "#!/usr/bin/env node\n// What it is.\n", true],
  ["only the one for the shell", "#!/usr/bin/env node\nimport one from 'one';\n", false],
  ["the doc comment of the first declaration", "/** One. */\nexport const one = 1;\n", false],
  ["a word to the linter", "// biome-ignore lint: why\nexport const one = 1;\n", false],
  ["a word to the compiler", "// @ts-expect-error\nexport const one = 1;\n", false],
  ["an empty comment", "//\n// What it is.\n", false],
  ["code", "export const one = 1;\n", false],
]) {
  test(`${what} ${expected ? "does" : "does not"}`, () => assert.equal(hasHeader(text), expected));
}
