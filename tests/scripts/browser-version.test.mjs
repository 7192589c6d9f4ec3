// A browser that is there but cannot be driven is as good as none: what is said of it, before any test starts it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { OLDEST } from "../../scripts/browser-version.mjs";
import { inProject } from "../../scripts/build/paths.mjs";

const run = promisify(execFile);

let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "browsers-"));
  // What Firefox's tests need beside it.
  for (const name of ["pulseaudio", "pactl", "paplay"]) program(name, "");
});

after(() => rmSync(folder, { recursive: true, force: true }));

function program(name, source) {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${source}\n`);
  chmodSync(path, 0o755);
  return path;
}

const says = (words) => `echo "${words}"`;

/** @param {string} name of the browser @param {Record<string, string>} programs variable → what it does @returns what is missing */
async function missing(name, programs) {
  const env = { PATH: `${folder}:${process.env.PATH}` };
  for (const [variable, source] of Object.entries(programs)) env[variable] = program(variable.toLowerCase(), source);
  const script = inProject("scripts", "browser.mjs");
  return await run(process.execPath, [script, name], { env }).then(
    () => undefined,
    ({ stderr }) => stderr.trim(),
  );
}

describe("Firefox", { skip: process.platform === "linux" ? false : "its tests need Linux" }, () => {
  const { major: oldest } = OLDEST.Firefox;

  for (const version of [`${oldest}.0`, "153.7.0esr", "200.0a1"]) {
    test(`${version} will do`, async () => {
      assert.equal(await missing("firefox", { FIREFOX: says(`Mozilla Firefox ${version}`) }), undefined);
    });
  }

  for (const version of ["140.10.2esr", `${oldest - 1}.9`, "99.0"]) {
    test(`${version} is too old; what it lacks and what to install is said`, async () => {
      const reason = await missing("firefox", { FIREFOX: says(`Mozilla Firefox ${version}`) });
      assert.match(
        reason,
        new RegExp(`^Firefox ${parseInt(version, 10)} is too old .* ${oldest}.*apt-get install firefox-esr`),
      );
    });
  }

  test("one that does not start", async () => {
    const reason = await missing("firefox", { FIREFOX: "echo 'libxul.so: cannot open' >&2; exit 1" });
    assert.match(reason, /^Firefox does not start .*libxul\.so: cannot open/);
  });

  test("one that keeps its version to itself is given a chance", async () => {
    assert.equal(await missing("firefox", { FIREFOX: says("Firefox, of a kind") }), undefined);
  });
});

describe("Chromium and its driver", () => {
  const { major: oldest } = OLDEST.Chromium;
  const browser = (version) => says(`Chromium ${version} built on Debian GNU/Linux 12 (bookworm)`);
  const driver = (version) =>
    says(`ChromeDriver ${version} (65db666ac2cf205fcc36db8bb5b9cd87f94808ac-refs/heads/1@{#2})`);

  test("of the same version", async () => {
    const found = { CHROMIUM: browser("148.0.7778.167"), CHROMEDRIVER: driver("148.0.7778.5") };
    assert.equal(await missing("browser", found), undefined);
  });

  test("of different versions", async () => {
    const found = { CHROMIUM: browser("148.0.7778.167"), CHROMEDRIVER: driver("156.0.8078.108") };
    assert.match(
      await missing("browser", found),
      /^Chromium is 148, chromedriver 156: .*same version.*chromium-driver/,
    );
  });

  test("too old", async () => {
    const found = { CHROMIUM: browser(`${oldest - 1}.0.1.2`), CHROMEDRIVER: driver(`${oldest - 1}.0.1.2`) };
    assert.match(await missing("browser", found), new RegExp(`^Chromium ${oldest - 1} is too old`));
  });

  test("a driver that does not start", async () => {
    const found = { CHROMIUM: browser("148.0.7778.167"), CHROMEDRIVER: "exit 127" };
    assert.match(await missing("browser", found), /^chromedriver does not start .*127/);
  });
});
