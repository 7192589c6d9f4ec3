// The place of the attacks: an upstream that does what it is told, and the relays before it, in workerd or in Node.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { after, before, beforeEach } from "node:test";
import { inProject } from "../../../scripts/build/paths.mjs";
import { bundle, start } from "../../workerd/worker.mjs";
import { startUpstream } from "../upstream.mjs";
import { exchange } from "./raw-http.mjs";

/** What nobody but the upstream may ever see. */
export const KEY = "sk-0123456789abcdef-the-secret-of-the-edge";

export const RUNTIMES = ["workerd", "node"];

/** The key as it could get out: as it is, in base64 at its three alignments, and in JSON's or percent escapes. */
const SHAPES = [
  KEY,
  ...[0, 1, 2].map((shift) =>
    Buffer.from(" ".repeat(shift) + KEY)
      .toString("base64")
      .slice(4, 40),
  ),
];

/**
 * The stage of a suite: there from its first test to its last.
 *
 * @param {string} runtime
 * @param {{ answer?: (request, response) => void, environment?: Record<string, string> }} [more] answer: what the upstream does
 *   with the requests of each test, unless that says otherwise
 */
export function staged(runtime, { answer, environment } = {}) {
  const stage = {};
  before(async () => Object.assign(stage, await open(runtime, environment)));
  after(() => stage.close?.());
  if (answer) beforeEach(() => stage.upstreamAnswers(answer));
  return stage;
}

/** @param {string} runtime @param {Record<string, string>} [more] of the environment */
async function open(runtime, more = {}) {
  let answering;
  const upstream = await startUpstream((request, response) => answering(request, response));
  const environment = { UPSTREAM: upstream.url, KEY, ...more };
  const starting = runtime === "node" ? startNode(environment) : startWorkerd(environment);
  const relays = await starting.catch(async (error) => {
    await upstream.close();
    throw error;
  });
  const stage = {
    url: relays.url,
    upstream,
    /** @param {(request, response) => void} answer what the upstream does from now on */
    upstreamAnswers(answer) {
      upstream.requests.length = 0;
      answering = answer;
    },
    /** Sends what is to be sent, and holds the answer against what no answer may have in it. */
    async send(request) {
      const response = await exchange(relays.url, request);
      assertNoKey(response.raw.toString("latin1"));
      return response;
    },
    /** The upstream has heard nothing, or the beginning of something that never was a request. */
    assertUntouched() {
      const whole = upstream.requests.filter(({ complete }) => complete);
      assert.deepEqual(
        whole.map(({ method, url, pieces }) => `${method} ${url} ${Buffer.concat(pieces)}`.slice(0, 300)),
        [],
        "the upstream must not get a complete request",
      );
    },
    log: () => relays.log(),
    async close() {
      assertNoKey(relays.log());
      await relays.close();
      await upstream.close();
    },
  };
  stage.upstreamAnswers(answersJson({ output: {} }));
  return stage;
}

/** @param {unknown} value @param {Record<string, string>} [headers] @param {number} [status] */
export function answersJson(value, headers = {}, status = 200) {
  return async (request, response) => {
    await request.whole;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof value === "string" ? value : JSON.stringify(value));
  };
}

export function assertNoKey(text) {
  for (const shape of SHAPES) assert.ok(!text.includes(shape), `the key got out: …${text.slice(0, 300)}`);
}

function startNode(environment) {
  const program = inProject("tests", "edge", "attacks", "node-server.mjs");
  return listening(
    spawn(process.execPath, [program, JSON.stringify(environment)], { stdio: ["ignore", "pipe", "pipe"] }),
  );
}

async function startWorkerd(environment) {
  const source = readFileSync(inProject("tests", "edge", "attacks", "relays.mjs"), "utf8");
  const folder = await bundle(`attacks-${process.pid}`, { "worker.js": source });
  let log = "";
  const worker = await start(folder, environment, { date: "2026-10-01", log: (text) => (log += text) });
  return { ...worker, log: () => log };
}

async function listening(child) {
  let log = "";
  child.stderr.on("data", (text) => (log += text));
  const url = await new Promise((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`the server ended with code ${code}: ${log}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      log += `${line}\n`;
      if (line.startsWith("port ")) resolve(`http://127.0.0.1:${line.slice(5)}`);
    });
  });
  return {
    url,
    log: () => log,
    close() {
      assert.equal(child.exitCode, null, `the server died: ${log}`);
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      return gone;
    },
  };
}
