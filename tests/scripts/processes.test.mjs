// Nothing that a test group starts survives it: not when it ends, fails, hangs or is interrupted, and however far it went away.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inProject } from "../../scripts/build/paths.mjs";

/** What a process does first: it writes down who it is. */
const REGISTER = `require("node:fs").writeFileSync(process.argv[1] + "/" + process.pid, "");`;

const STAY = `${REGISTER} setInterval(() => {}, 1000);`;

/** Starts another one from inside a process; with a session, and if wanted an environment, of its own. */
const start = (source, options = "") =>
  `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(source)}, process.argv[1]], {
     detached: true, stdio: "inherit", ${options} }).unref();`;

const wait = (milliseconds) => `setTimeout(() => {}, ${milliseconds});`;

/** Who ends: the one that was started, after it had the time to write down who it is. */
const COMMANDS = {
  "one that left its process group": { source: start(STAY), left: 1 },
  "one that has no environment, below one that left": {
    source: start(`${start(STAY, "env: {}")} ${STAY}`),
    left: 2,
  },
  "one that does not listen": { source: start(`process.on("SIGTERM", () => {}); ${STAY}`), left: 1 },
  "nobody, after a moment": { source: start(`${REGISTER} ${wait(800)}`), left: 0 },
};

/** Runs a command as the test groups do, and tells what came of it. */
const RUNNER = `
const { runCommand, takeLeftBehind, withinMinutes } = await import(${JSON.stringify(
  inProject("scripts", "test", "command.mjs"),
)});
const [source, folder, minutes] = process.argv.slice(1);
const run = () => runCommand(process.execPath, ["-e", source, folder]);
const outcome = await withinMinutes(Number(minutes), run).catch(({ message }) => ({ message }));
console.log(JSON.stringify({ ...outcome, left: takeLeftBehind() }));
const [next] = process.argv.slice(4);
if (next) await runCommand(process.execPath, ["-e", next, folder]);
`;

describe("after a command", { skip: existsSync("/proc/self/environ") ? false : "only Linux shows marks" }, () => {
  let folder;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "processes-"));
  });

  afterEach(() => {
    for (const pid of alive()) process.kill(pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  const registered = () => readdirSync(folder).map(Number);
  const alive = () => registered().filter(isAlive);

  /** @param {string} source of the command @param {number} [minutes] @param {string} [next] source of a second command */
  function runner(source, minutes = 1, next = "") {
    const parameters = ["--input-type=module", "-e", RUNNER, source, folder, `${minutes}`, next];
    const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] });
    const output = child.stdout.setEncoding("utf8").toArray();
    const ended = once(child, "exit");
    return { child, ended, outcome: async () => JSON.parse((await output).join("").split("\n").at(-2)) };
  }

  async function untilRegistered(count) {
    while (registered().length < count) await sleep(20);
  }

  for (const [name, { source, left }] of Object.entries(COMMANDS)) {
    for (const code of [0, 1]) {
      test(`that ended with ${code}: ${name}`, async () => {
        // It stays until those whom it started are there.
        const command = `${source} const count = ${Math.max(left, 1)};
          const timer = setInterval(() => {
            if (require("node:fs").readdirSync(process.argv[1]).length >= count) process.exit(${code});
          }, 20);`;
        const outcome = await runner(command).outcome();
        assert.equal(outcome.code, code);
        assert.equal(outcome.left.length, left, outcome.left.join());
        for (const words of outcome.left) assert.match(words, /^node.* \(\d+\)$/);
        assert.deepEqual(alive(), []);
      });
    }
  }

  test("that hangs, and does not listen either", async () => {
    const source = `process.on("SIGTERM", () => {}); ${start(STAY)} ${STAY}`;
    const outcome = await runner(source, 1 / 60).outcome();
    assert.match(outcome.message, /time was over/);
    assert.equal(registered().length, 2);
    assert.deepEqual(alive(), []);
  });

  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    test(`that was interrupted by ${signal}`, async () => {
      const { child, ended } = runner(`${start(STAY)} ${STAY}`, 1, STAY);
      await untilRegistered(2);
      child.kill(signal);
      child.kill(signal);
      assert.deepEqual(await ended, [code, null]);
      await sleep(300);
      assert.equal(registered().length, 2, "what was to come next does not start");
      assert.deepEqual(alive(), []);
    });
  }

  test("others stay alone: who has no mark, or another one", async () => {
    const stranger = spawn(process.execPath, ["-e", STAY, folder], { stdio: "ignore" });
    try {
      await untilRegistered(1);
      assert.deepEqual((await runner("").outcome()).left, []);
      assert.ok(isAlive(stranger.pid));
    } finally {
      stranger.kill("SIGKILL");
    }
  });
});

/** @param {number} pid */
function isAlive(pid) {
  try {
    // One that has ended and was not asked for yet is still listed.
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
