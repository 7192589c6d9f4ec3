// Groups that run beside each other: each has its own output, its own time and its own list of what it has left behind.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { apart, runCommand, say, takeLeftBehind, withinMinutes } from "../../scripts/test/command.mjs";

const node = (source) => runCommand(process.execPath, ["-e", source]);

test("what one says does not stand in the other's", async () => {
  const group = async (name) => {
    const said = [];
    const work = async () => {
      say(`begin ${name}`);
      for (let count = 0; count < 3; count++) await node(`console.log("${name} ${count}")`);
    };
    await apart(work, (chunk) => void said.push(String(chunk)));
    return said.join("");
  };
  assert.deepEqual(await Promise.all(["a", "b"].map(group)), ["begin a\na 0\na 1\na 2\n", "begin b\nb 0\nb 1\nb 2\n"]);
});

test("the time of one that is over does not stop the other", async () => {
  const short = apart(() => withinMinutes(1 / 60, () => node("setInterval(() => {}, 1000)")));
  const long = apart(() => withinMinutes(1, () => node("setTimeout(() => {}, 2500)")));
  await assert.rejects(short, /time was over/);
  assert.equal((await long).code, 0);
});

test("who was left running is told to the one that began it", {
  skip: existsSync("/proc/self/environ") ? false : "only Linux shows marks",
}, async () => {
  const leaves = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    detached: true, stdio: "ignore" }).unref()`;
  const group = (source) =>
    apart(async () => {
      await node(source);
      return takeLeftBehind().length;
    });
  assert.deepEqual(await Promise.all([group(leaves), group("")]), [1, 0]);
  assert.deepEqual(takeLeftBehind(), []);
});
