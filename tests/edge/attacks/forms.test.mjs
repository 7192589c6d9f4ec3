// What a form says to OpenAI's endpoint: forms.mjs' table, in workerd and in Node.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FORMS, GOOD } from "./forms.mjs";
import { answersJson, RUNTIMES, staged } from "./stage.mjs";

const ANSWER = { output: { choices: [{ message: { content: [{ text: "Ask not." }] }, finish_reason: "stop" }] } };

for (const runtime of RUNTIMES) {
  describe(runtime, () => {
    const stage = staged(runtime, { answer: answersJson(ANSWER) });
    const post = (body, headers = { "content-type": "multipart/form-data; boundary=b" }) =>
      stage.send({ path: "/open/v1/audio/transcriptions", headers, body });

    // Otherwise all below could be refused for one and the same reason.
    test("a form that nothing is wrong with", async () => {
      const response = await post(GOOD);
      assert.equal(response.status, 200, response.text);
      assert.equal(response.json.text, "Ask not.");
    });

    for (const [name, body, status, headers] of FORMS) {
      test(name, async () => {
        const response = await post(body, headers);
        assert.equal(response.status, status, response.text);
        assert.match(response.json.error.message, /\S+ \S+ \S+/);
        assert.ok(response.text.length < 4000, "a refusal does not repeat what was sent");
        stage.assertUntouched();
      });
    }
  });
}
