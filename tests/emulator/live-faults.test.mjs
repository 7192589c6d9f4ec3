// What can be made to go wrong on a WebSocket.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  appends,
  command,
  connect,
  openSession,
  recogniseTask,
  runTask,
  silence,
  sound,
  TASKS,
} from "./live-client.mjs";
import { createScriptedRecogniser } from "./recogniser/scripted.mjs";
import { startEmulator } from "./server.mjs";
import { send } from "./test-client.mjs";

/** @type {import("./server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello, world.") });
});
after(() => emulator.close());

const SPOKEN = Buffer.concat([silence(500), sound(1500), silence(1500), sound(900), silence(1400)]);

async function speaking(fault, size) {
  emulator.requests.length = 0;
  const client = await connect(emulator.url, TASKS, { fault });
  client.say(runTask("id"));
  await client.until("task-started");
  client.sendAudio(SPOKEN, size);
  return client;
}
const live = () => emulator.requests[0].live;

describe("faults of a WebSocket", () => {
  test("status, code: the handshake is refused, so many times", async () => {
    const open = (fault) => connect(emulator.url, TASKS, { fault });
    const fault = "status=503,fail-times=1,fault-key=handshake";
    assert.equal((await open(fault).catch((cause) => cause)).status, 503);
    (await open(fault)).close();
    assert.equal((await open("code=Throttling.RateQuota").catch((cause) => cause)).status, 429);
    assert.match((await open("nonsense").catch((cause) => cause)).body, /^emulator: no fault switch "nonsense"/);
  });

  test("close-after-bytes: at any byte, in whatever pieces the audio comes", async () => {
    for (const [at, size] of [
      [1, 3200],
      [3201, 3200],
      [50_001, 12_800],
      [3200, 3200],
    ]) {
      const client = await speaking(`close-after-bytes=${at}`, size);
      assert.equal((await client.closed).code, 1006);
      assert.equal(live()?.audioBytes, at);
    }
    const polite = await speaking("close-after-bytes=40000,close-code=1011");
    assert.equal((await polite.closed).code, 1011);
  });

  test("close-after-events and cut-after-sent-bytes: on the way back", async () => {
    const client = await speaking("close-after-events=2,close-code=1001");
    assert.equal((await client.closed).code, 1001);
    assert.equal(client.events.length, 2);
    const { events } = await recogniseTask(emulator.url, SPOKEN);
    const first = JSON.stringify(events[0]).length;
    for (const [bytes, whole] of [
      [0, 0],
      [10, 0],
      [first + 2, 1],
      [first + 60, 1],
    ]) {
      const cut = await connect(emulator.url, TASKS, { fault: `cut-after-sent-bytes=${bytes}` });
      cut.say(runTask(events[0].header.task_id));
      cut.until("task-started").then(
        () => cut.sendAudio(SPOKEN),
        () => {},
      );
      assert.equal((await cut.closed).code, 1006);
      assert.equal(cut.events.length, whole, `${bytes}`);
    }
  });

  test("silent-after-bytes: no event, no pong, no goodbye", async () => {
    const client = await speaking("silent-after-bytes=30000");
    client.say(command("finish-task", "id"));
    client.socket.ping();
    client.socket.close();
    let answered = false;
    client.socket.on("pong", () => {
      answered = true;
    });
    const end = await Promise.race([client.closed, sleep(300, "nothing")]);
    assert.deepEqual([end, answered, client.names().includes("task-finished")], ["nothing", false, false]);
    client.close();
  });

  test("pings are answered, but not with no-pong", async () => {
    for (const [fault, expected] of [
      [undefined, true],
      ["no-pong", false],
    ]) {
      const client = await connect(emulator.url, TASKS, { fault: /** @type {any} */ (fault) });
      client.socket.ping();
      const came = await Promise.race([once(client.socket, "pong").then(() => true), sleep(200, false)]);
      assert.equal(came, expected);
      client.close();
    }
  });

  test("fail-after-bytes: the task fails in the middle, as described", async () => {
    const client = await speaking("fail-after-bytes=64000,code=Throttling.RateQuota");
    const { header } = await client.until("task-failed");
    assert.deepEqual([header.task_id, header.error_code], ["id", "Throttling.RateQuota"]);
    await client.closed;
    const session = await openSession(emulator.url, { fault: "fail-after-bytes=64000" });
    for (const message of appends(SPOKEN)) session.say(message);
    const { error } = await session.until("error");
    assert.deepEqual([error.type, error.code], ["server_error", "InternalError"]);
    await session.closed;
  });

  test("doubled: every event twice; late: each that much later, in order", async () => {
    const { events } = await recogniseTask(emulator.url, SPOKEN, { fault: "doubled,every-partial" });
    // The client goes when it hears that the task is finished.
    const pairs = events.slice(0, -1);
    for (let at = 0; at + 1 < pairs.length; at += 2) assert.deepEqual(pairs[at], pairs[at + 1]);
    assert.ok(pairs.length >= 8);

    const usual = await recogniseTask(emulator.url, SPOKEN, { fault: "every-partial" });
    const begun = performance.now();
    const late = await recogniseTask(emulator.url, SPOKEN, { fault: "late=150,every-partial" });
    assert.ok(performance.now() - begun >= 300); // task-started, then the rest
    assert.deepEqual(late.finals, usual.finals);
  });

  test("those that set no header arm the next connection, and break what is open", async () => {
    emulator.arm({ fault: "close-after-events=1,close-code=4000", path: TASKS });
    const client = await connect(emulator.url, TASKS);
    client.say(runTask("id"));
    assert.equal((await client.closed).code, 4000);
    const open = await connect(emulator.url, TASKS);
    assert.equal((await send(`${emulator.url}/_emulator/sockets`, { method: "DELETE" })).status, 204);
    assert.equal((await open.closed).code, 1006);
  });
});
