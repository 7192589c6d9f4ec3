// The static page as workerd serves it: its policy, and that nothing of it points elsewhere.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { serve } from "../../www/serve.mjs";

let site;

before(async () => {
  site = await serve({ apiKey: null });
});

after(() => site?.close());

function policyOf(response) {
  const directives = response.headers.get("content-security-policy").split(";");
  return Object.fromEntries(
    directives.map((text) => text.trim().split(" ")).map(([name, ...values]) => [name, values]),
  );
}

describe("the page", () => {
  test("comes with a strict policy", async () => {
    const response = await fetch(site.url);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type"), /^text\/html/);
    assert.deepEqual(policyOf(response), {
      "default-src": ["'none'"],
      "script-src": ["'self'", "'wasm-unsafe-eval'"],
      "style-src": ["'self'"],
      "img-src": ["'self'"],
      "media-src": ["'self'", "blob:"],
      "connect-src": ["'self'"],
      "base-uri": ["'none'"],
      "form-action": ["'none'"],
      "frame-ancestors": ["'none'"],
      "require-trusted-types-for": ["'script'"],
      "trusted-types": ["'none'"],
    });
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.equal(response.headers.get("referrer-policy"), "no-referrer");
    assert.equal(response.headers.get("cross-origin-opener-policy"), "same-origin");
    assert.match(response.headers.get("permissions-policy"), /microphone=\(self\).*camera=\(\)/);
  });

  test("names no other host and has nothing inline", async () => {
    const html = await (await fetch(site.url)).text();
    assert.doesNotMatch(html, /(src|href)="(https?:)?\/\//);
    assert.doesNotMatch(html, /\sstyle=|\son\w+=|<style|<script(?![^>]* src=)/);
  });

  test("every part of it is served with the same policy", async () => {
    for (const path of ["main.js", "style.css", "icon.svg", "samples/jfk.wav"]) {
      const response = await fetch(`${site.url}/${path}`);
      await response.body.cancel();
      assert.equal(response.status, 200, path);
      assert.deepEqual(policyOf(response)["default-src"], ["'none'"], path);
    }
  });

  test("what is not there is refused in words", async () => {
    const response = await fetch(`${site.url}/.dev.vars`);
    assert.equal(response.status, 404);
    assert.equal((await response.json()).code, "NotFound");
  });
});
