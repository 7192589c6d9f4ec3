// When set-up refreshes Debian's package lists: the real script, with an apt-get that only writes down what it was told.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { inProject } from "../../scripts/build/paths.mjs";

const run = promisify(execFile);

const SCRIPTS = ["setup.sh", "environment.sh", "debian-packages.sh", "browser.mjs", "browser-version.mjs"];

/** What the scripts call of the system; neither ffmpeg nor a browser, so that those have to be installed. */
const PROGRAMS = "bash cat cmp dirname env find grep head id kill mkdir paste rm sed sleep tail touch tr true".split(
  " ",
);

const APT_GET = `#!/bin/bash
echo "$1$([ "$1" != install ] || echo " \${@: -1}")" >>"$FAKES/asked"
# As apt does it, whether the mirror answers or not.
[ "$1" != update ] || { mkdir -p "$FAKES/lists/partial" && touch "$FAKES/lists/partial"; }
[ ! -e "$FAKES/$1-fails" ] || exit 100
[ "$1" != update ] || touch "$FAKES/lists/mirror_InRelease"
`;

const HOUR = 3600;

let home;
let lists;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "package-lists-"));
  lists = join(home, "lists");
  mkdirSync(join(home, "scripts"));
  for (const name of SCRIPTS) copyFileSync(inProject("scripts", name), join(home, "scripts", name));
  mkdirSync(join(home, "bin"));
  for (const name of PROGRAMS) symlinkSync(execFileSync("which", [name], { encoding: "utf8" }).trim(), bin(name));
  symlinkSync(process.execPath, bin("node"));
  program("apt-get", APT_GET);
  program("apt-config", `#!/bin/bash\necho "lists='$FAKES/lists/'"\n`);
  program("id", "#!/bin/bash\necho 0\n");
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const bin = (name) => join(home, "bin", name);

function program(name, source) {
  rmSync(bin(name), { force: true });
  writeFileSync(bin(name), source);
  chmodSync(bin(name), 0o755);
}

/** Lists as a machine may have them. @param {{ refreshed: number, published: number }} ages in hours */
function haveLists({ refreshed, published }) {
  const before = (hours) => Date.now() / 1000 - hours * HOUR;
  mkdirSync(join(lists, "partial"), { recursive: true });
  for (const name of ["mirror_InRelease", "mirror_main_Packages.lz4"]) {
    writeFileSync(join(lists, name), "");
    utimesSync(join(lists, name), before(published), before(published));
  }
  for (const folder of [join(lists, "partial"), lists]) utimesSync(folder, before(refreshed), before(refreshed));
}

const OLD = { refreshed: 4500, published: 4550 };

/** @param {string[]} parts @param {Record<string, string>} [environment] @returns what apt-get was told, and what was said */
async function setUp(parts, environment = {}) {
  rmSync(join(home, "asked"), { force: true });
  const { stdout, stderr } = await run(bin("bash"), [join(home, "scripts", "setup.sh"), ...parts], {
    env: { PATH: join(home, "bin"), FAKES: home, ...environment },
  });
  const asked = existsSync(join(home, "asked")) ? readFileSync(join(home, "asked"), "utf8").trim().split("\n") : [];
  return { asked, said: stdout + stderr };
}

const fails = (command) => writeFileSync(join(home, `${command}-fails`), "");
const works = (command) => rmSync(join(home, `${command}-fails`));

test("lists of today are good", async () => {
  haveLists({ refreshed: 2, published: 2 });
  assert.deepEqual((await setUp(["ffmpeg"])).asked, ["install ffmpeg"]);
});

test("a stable release is months old on the mirror, too: what counts is when it was asked", async () => {
  haveLists({ refreshed: 2, published: 4500 });
  assert.deepEqual((await setUp(["ffmpeg"])).asked, ["install ffmpeg"]);
});

test("old lists are refreshed, as a step, and once for everything", async () => {
  haveLists(OLD);
  const { asked, said } = await setUp(["ffmpeg", "firefox", "webkit"]);
  assert.deepEqual(asked, ["update", "install ffmpeg", "install pulseaudio-utils", "install gstreamer1.0-libav"]);
  assert.match(said, /^\[setup\] apt: fresh package lists: done/m);
  assert.deepEqual((await setUp(["ffmpeg"])).asked, ["install ffmpeg"], "a second run");
});

for (const [hours, expected] of [
  [23.9, ["install ffmpeg"]],
  [24.1, ["update", "install ffmpeg"]],
]) {
  test(`refreshed ${hours} hours ago`, async () => {
    haveLists({ refreshed: hours, published: 1 });
    assert.deepEqual((await setUp(["ffmpeg"])).asked, expected);
  });
}

test("no lists at all, as images have it that were slimmed", async () => {
  assert.deepEqual((await setUp(["ffmpeg"])).asked, ["update", "install ffmpeg"]);
  rmSync(lists, { recursive: true });
  mkdirSync(join(lists, "partial"), { recursive: true });
  assert.deepEqual((await setUp(["ffmpeg"])).asked, ["update", "install ffmpeg"]);
});

test("where the mirror is out of reach, it goes on with what is there, and asks again the next time", async () => {
  haveLists(OLD);
  fails("update");
  const { asked, said } = await setUp(["ffmpeg", "firefox"]);
  assert.deepEqual(asked, ["update", "install ffmpeg", "install pulseaudio-utils"]);
  assert.match(said, /fresh package lists FAILED .* Going on/);
  works("update");
  assert.deepEqual((await setUp(["ffmpeg"])).asked, ["update", "install ffmpeg"]);
  assert.deepEqual((await setUp(["ffmpeg"])).asked, ["install ffmpeg"]);
});

test("lists of today that do not do are refreshed once; what still cannot be had is said", async () => {
  haveLists({ refreshed: 2, published: 2 });
  fails("install");
  const { asked, said } = await setUp(["ffmpeg", "firefox"]);
  assert.deepEqual(asked, ["install ffmpeg", "update", "install ffmpeg", "install pulseaudio-utils"]);
  assert.match(said, /ffmpeg is missing/);
  assert.match(said, /no Firefox/);
});

test("where nothing is missing, nothing is asked", async () => {
  haveLists(OLD);
  program("ffmpeg", "#!/bin/bash\n");
  assert.deepEqual((await setUp(["ffmpeg"])).asked, []);
});

test("NO_APT", async () => {
  haveLists(OLD);
  const { asked, said } = await setUp(["ffmpeg", "firefox"], { NO_APT: "1" });
  assert.deepEqual(asked, []);
  assert.match(said, /ffmpeg is missing/);
});

test("somebody who is not root: with sudo that asks no password, or not at all", async () => {
  haveLists(OLD);
  program("id", "#!/bin/bash\necho 1000\n");
  assert.deepEqual((await setUp(["ffmpeg"])).asked, []);
  program("sudo", '#!/bin/bash\n[ "$1" = -n ] || exit 1\nshift\nexec "$@"\n');
  assert.deepEqual((await setUp(["ffmpeg"])).asked, ["update", "install ffmpeg"]);
});
