// Every error that the emulator can give is one of the table, and the table says whose words they are.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileFailure, refusal } from "./service-error.mjs";
import {
  FILE_ERRORS,
  GATEWAY_PAGE,
  LIVE_ERRORS,
  OURS,
  SERVICE_ERRORS,
  STORE_ERRORS_BY_NAME,
} from "./service-errors.mjs";

const sources = globSync("{*,routes/*,live/*,audio/*,recogniser/*}.mjs", { cwd: import.meta.dirname })
  .filter((path) => !path.endsWith(".test.mjs"))
  .map((path) => [path, readFileSync(`${import.meta.dirname}/${path}`, "utf8")]);

/** An address, a thread or a file of a public repository, or a measurement that names its model. */
const PUBLIC = /https:\/\/|^[\w.-]+\/[\w.-]+(#\d+|, [\w./]+\.\w+)|^measured with [\w.-]+/;

describe("every error has a source", () => {
  const tables = { SERVICE_ERRORS, LIVE_ERRORS, FILE_ERRORS, STORE_ERRORS_BY_NAME, GATEWAY: { GATEWAY_PAGE } };
  for (const [table, errors] of Object.entries(tables)) {
    for (const [name, { source }] of Object.entries(errors)) {
      test(`${table}, ${name}: ${source}`, () => assert.ok(source === OURS || PUBLIC.test(source)));
    }
  }

  test("those whose words nobody has published are few, and told by their code", () => {
    const ours = Object.values({ ...SERVICE_ERRORS, ...LIVE_ERRORS, ...STORE_ERRORS_BY_NAME }).filter(
      ({ source }) => source === OURS,
    );
    assert.ok(ours.length <= 8, ours.map(({ message }) => message).join("; "));
  });
});

describe("no error is given beside the table", () => {
  test("errors are made in one place", () => {
    for (const [path, text] of sources) {
      if (path !== "service-error.mjs") assert.doesNotMatch(text, /new ServiceError\(/, path);
      if (path === "service-error.mjs" || path === "service-errors.mjs") continue;
      // A code of the service's in a body, or words behind it, would be an error of one's own.
      assert.doesNotMatch(text, /<Code>(?!\$\{known)|InternalError\.Algo|\bcode: "[A-Z]/, path);
    }
  });

  test("each name that is asked for is there, and each refusal of a route is one by name", () => {
    const names = {
      refusal: { ...SERVICE_ERRORS, ...LIVE_ERRORS },
      replyOssError: STORE_ERRORS_BY_NAME,
      fileFailure: FILE_ERRORS,
    };
    let seen = 0;
    for (const [path, text] of sources) {
      for (const [, call, given] of text.matchAll(/\b(refusal|replyOssError|fileFailure)\(([^;]*?)\);/g)) {
        const found = [...given.matchAll(/"([a-z]+(?:-[a-z]+)*|[A-Z]\w+(?:\.\w+)?)"/g)].map(([, name]) => name);
        for (const name of found) assert.ok(Object.hasOwn(names[call], name), `${path}: ${call}("${name}")`);
        seen += found.length;
      }
    }
    assert.ok(seen > 40, `${seen}`);
  });

  test("the codes of failed files are the table's", () => {
    const [, text] = sources.find(([path]) => path === "routes/transcription.mjs") ?? [];
    const codes = [...text.matchAll(/^ {2}\w+: "(.+)",$/gm)].map(([, code]) => code);
    assert.ok(codes.length >= 12);
    for (const code of codes) assert.ok(fileFailure(code).code === code);
    assert.throws(() => fileFailure("MADE_UP"), /no failure of a file "MADE_UP"; there are: /);
  });

  test("a name that is not there is a mistake", () => {
    assert.throws(() => refusal("made-up"), /no error "made-up"/);
  });
});

test("both doors say the same in their shapes, with the values of the case", () => {
  for (const name of Object.keys(SERVICE_ERRORS)) {
    const places = [...SERVICE_ERRORS[name].message.matchAll(/\{(\w+)\}/g)].map(([, place]) => place);
    const values = Object.fromEntries(["model", ...places].map((place) => [place, `<${place}>`]));
    const error = refusal(name, values);
    const [native, { error: compatible }] = [error.toNative("id"), error.toCompatible("id")];
    assert.deepEqual(Object.keys(native), ["code", "message", "request_id"]);
    assert.deepEqual(Object.keys(compatible), ["message", "type", "param", "code"]);
    for (const message of [native.message, compatible.message]) assert.doesNotMatch(message, /\{\w+\}/);
    for (const place of places) assert.ok(native.message.includes(`<${place}>`), native.message);
  }
});
