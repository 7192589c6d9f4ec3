// Who opens a WebSocket and says nothing, on either side: the relay's patience, on a clock that runs ten times as fast.
import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { call, liveUpstream, TASKS } from "./live-upstream.mjs";
import { RUNTIMES, staged } from "./stage.mjs";

for (const runtime of RUNTIMES) {
  describe(`slowness in ${runtime}`, () => {
    const stage = staged(runtime, { environment: { HURRY: "10" } });
    let upstream;
    before(() => {
      upstream = liveUpstream(stage);
    });
    beforeEach(() => upstream.reset());

    test("a caller who never says what is to be done", async () => {
      const caller = call(stage.url, `/open${TASKS}`);
      assert.equal((await caller.ended).code, 1008);
      assert.equal(caller.told[0].header.error_code, "RequestTimeOut");
      await upstream.closed();
    });

    test("a service that never answers the handshake", async () => {
      upstream.handshakes(() => {});
      const caller = call(stage.url, `/open${TASKS}`);
      assert.equal((await caller.ended).code, 1011);
      assert.equal(caller.told[0].header.error_code, "ServiceUnavailable");
    });
  });
}
