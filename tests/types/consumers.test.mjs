// The published declarations in the projects that users have.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { compile, createConsumers, PLATFORM } from "./compile.mjs";

const RESOLUTIONS = {
  bundler: { module: "preserve", moduleResolution: "bundler" },
  node16: { module: "node16", moduleResolution: "node16" },
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
};

const EVERYWHERE = ["usage.ts", "mistakes.ts", "slim.ts", "provider.ts", "voice.ts"];
/** Workers have no microphone. */
const EVERYTHING = [...EVERYWHERE, "microphone.ts", "speech.ts", "recorder.ts"];

let modules;
let commonJs;

before(async () => {
  modules = await createConsumers("module");
  commonJs = await createConsumers("commonjs");
});

for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
  describe(name, () => {
    for (const exactOptionalPropertyTypes of [false, true]) {
      test(`with the platform's types, exactOptionalPropertyTypes: ${exactOptionalPropertyTypes}`, () => {
        const options = { ...resolution, target: "es2022", lib: PLATFORM, exactOptionalPropertyTypes };
        assert.equal(compile(modules, EVERYTHING, options), "");
      });
    }

    test("without the platform's types", () => {
      const options = { ...resolution, target: "es2022", lib: ["es2022"] };
      assert.equal(compile(modules, ["without-platform.ts", "provider.ts", "voice.ts"], options), "");
    });
  });
}

for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
  test(`what the AI SDK expects of a model and a provider, ${name}`, () => {
    // The SDK's own declarations do not compile without Node's types, which is not for us to judge.
    const options = { ...resolution, target: "es2022", lib: PLATFORM, skipLibCheck: true };
    assert.equal(compile(modules, ["ai-sdk.ts"], options), "");
  });
}

for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
  test(`hooks and the element in JSX, ${name}`, () => {
    const options = { ...resolution, target: "es2022", lib: PLATFORM, jsx: "react-jsx" };
    assert.equal(compile(modules, ["react.tsx"], options), "");
  });
}

test("with the newest library, which has disposal and its own base64", () => {
  const lib = ["esnext", "dom", "dom.iterable", "dom.asynciterable"];
  assert.equal(compile(modules, EVERYTHING, { ...RESOLUTIONS.nodenext, target: "esnext", lib }), "");
});

test("with the library for workers instead of pages", () => {
  const lib = ["es2022", "webworker", "webworker.iterable", "webworker.asynciterable"];
  assert.equal(compile(modules, EVERYWHERE, { ...RESOLUTIONS.bundler, target: "es2022", lib }), "");
});

for (const name of ["node16", "nodenext"]) {
  test(`CommonJS in a project of ES modules, ${name}`, () => {
    const options = { ...RESOLUTIONS[name], target: "es2022", lib: PLATFORM };
    assert.equal(compile(modules, ["common.cts"], options), "");
  });

  test(`a project of CommonJS, ${name}`, () => {
    const options = { ...RESOLUTIONS[name], target: "es2022", lib: PLATFORM };
    assert.equal(compile(commonJs, ["common.cts", "usage.ts", "mistakes.ts", "provider.ts"], options), "");
  });
}

test("resolution from before package exports finds the main entry", () => {
  // Its name alone is deprecated, and the warning about that is not about us.
  const old = { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "5.0" };
  assert.equal(compile(commonJs, ["usage.ts"], { ...old, target: "es2022", lib: PLATFORM }), "");
});

test("mistakes are mistakes: without its directive, each is reported", () => {
  const text = readFileSync(join(modules, "mistakes.ts"), "utf8");
  const count = text.match(/@ts-expect-error/g).length;
  writeFileSync(join(modules, "undirected.ts"), text.replaceAll("@ts-expect-error", ""));
  const reported = compile(modules, ["undirected.ts"], { ...RESOLUTIONS.bundler, target: "es2022", lib: PLATFORM });
  assert.ok(reported.match(/^undirected\.ts/gm).length >= count, reported);
});
