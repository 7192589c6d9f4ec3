// `npm start` as a user meets it: one URL, a busy port, Ctrl-C, a server that dies. Everything is already set up and built.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../scripts/start.sh", import.meta.url));

/** Starts the demo and resolves when it has printed its URL. */
async function start({ port, environment = {} }) {
  const { DASHSCOPE_API_KEY: _, ...inherited } = process.env;
  // A process group of its own, so that the test can press Ctrl-C as a terminal does: for all of them at once.
  const child = spawn("bash", [SCRIPT, "--port", `${port}`], {
    env: { ...inherited, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const lines = [];
  const errors = [];
  child.stderr.setEncoding("utf8").on("data", (text) => errors.push(text));
  const ended = once(child, "exit");
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      const found = /^Open (\S+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
    ended.then(() => reject(new Error(`it ended:\n${lines.join("\n")}\n${errors.join("")}`)));
  });
  return { child, url, lines, errors, ended, output: () => lines.join("\n") };
}

/** A port that somebody listens on, until the test is over. */
async function busyPort(t) {
  const server = createServer((_, response) => response.end("somebody else")).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return server.address().port;
}

async function answers(url) {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

/** The emulator's address, which only its own line would tell: it is among what `ps` shows of the site's command line. */
async function upstreamOf(group) {
  const ps = spawn("ps", ["-eo", "pgid,args"], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of ps.stdout) text += chunk;
  const mine = text.split("\n").filter((line) => line.trim().startsWith(`${group} `));
  return /--upstream (http\S+)/.exec(mine.join("\n"))?.[1];
}

test("takes the next free port, serves the page with the emulator behind it, and stops as a whole", async (t) => {
  const taken = await busyPort(t);
  const demo = await start({ port: taken });
  t.after(() => demo.child.exitCode === null && process.kill(-demo.child.pid, "SIGKILL"));

  assert.match(demo.output(), new RegExp(`Port ${taken} is in use; taking \\d+\\.`));
  assert.match(demo.output(), /DASHSCOPE_API_KEY is not set: starting the local emulator/);
  assert.deepEqual(
    demo.lines.filter((line) => line.includes("http://")).length,
    1,
    `one URL and no other:\n${demo.output()}`,
  );
  assert.match(await (await fetch(demo.url)).text(), /<!doctype html>/i);
  const emulator = await upstreamOf(demo.child.pid);
  assert.ok(emulator, "the site was given an upstream");

  process.kill(-demo.child.pid, "SIGINT");
  await demo.ended;
  assert.equal(await answers(demo.url), false, "the site has stopped");
  assert.equal(await answers(emulator), false, "the emulator has stopped");
});

test("leaves the emulator out when there is a key", async (t) => {
  const demo = await start({ port: 18787, environment: { DASHSCOPE_API_KEY: "sk-test" } });
  t.after(() => demo.child.exitCode === null && process.kill(-demo.child.pid, "SIGKILL"));
  assert.match(demo.output(), /DASHSCOPE_API_KEY is set/);
  assert.doesNotMatch(demo.output(), /emulator/);
  assert.equal(await upstreamOf(demo.child.pid), undefined);
  assert.doesNotMatch(demo.output(), /sk-test/);
  assert.ok(await answers(demo.url));
  demo.child.kill("SIGTERM");
  await demo.ended;
  assert.equal(await answers(demo.url), false);
});

test("refuses a port that is none", async () => {
  await assert.rejects(start({ port: "eighty" }), /--port eighty is not a port number/);
});
