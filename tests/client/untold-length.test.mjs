// Audio whose length only the service finds out: its words, in both of its shapes, are all that starts the long way. In a file of
// its own, because decoding five minutes takes the whole machine for a while.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, afterEach, before, describe, test } from "node:test";
import { audio, errorOf, fault, PROTOCOLS, SPOKEN, startService, WAYS } from "./service.mjs";

const AT_ONCE = { "x-emulator-fault": "task-pending=0,task-running=0" };
const BY_TASK = ["/api/v1/uploads", "/", "/api/v1/services/audio/asr/transcription"];

/** Five and a half minutes. @param {string[]} options */
function made(...options) {
  const source = ["-f", "lavfi", "-i", "sine=frequency=300:sample_rate=16000:duration=330"];
  const { status, stdout, stderr } = spawnSync("ffmpeg", ["-v", "error", ...source, ...options, "pipe:1"], {
    maxBuffer: 1e8,
  });
  assert.equal(status, 0, String(stderr));
  return new Uint8Array(stdout);
}

const FORMS = {
  // Without the header that tells the number of frames.
  MP3: ["-b:a", "16k", "-write_xing", "0", "-f", "mp3"],
  WebM: ["-c:a", "libopus", "-b:a", "16k", "-f", "webm", "-live", "1"],
  Ogg: ["-c:a", "libopus", "-b:a", "16k", "-f", "ogg"],
};

let service;
before(async () => {
  service = await startService();
});
afterEach(() => service.forget());
after(() => service.close());

const paths = () => service.requests.map(({ path }) => path);

for (const [name, options] of Object.entries(FORMS)) {
  describe(name, () => {
    let bytes;
    before(() => {
      bytes = made(...options);
    });

    // Each decoding takes seconds: every way with the first form, one of each kind with the others.
    const all = PROTOCOLS.flatMap(([protocol]) => Object.keys(WAYS).map((way) => [protocol, way]));
    for (const [protocol, way] of name === "MP3" ? all : [all.at(-1)]) {
      test(`${protocol}, ${way}: too long, in the service's words`, async () => {
        // A stream, because what is there as a whole may be looked at from its end.
        const error = await errorOf(WAYS[way](service.client({ protocol }), new Blob([bytes]).stream()));
        assert.deepEqual([error.code, error.retryable], ["audio_too_long", false], error.message);
        assert.match(error.message, /The audio is too long.*Cut the audio, or use a file-transcription model/);
        assert.equal(service.requests.length, 1);
      });
    }

    for (const [protocol, path] of PROTOCOLS) {
      if (name !== "MP3" && protocol !== "openai") continue;
      test(`${protocol}: longAudio uploads it and submits a task`, async () => {
        const client = service.client({ protocol });
        const { text } = await client.transcribe(new Blob([bytes]), { longAudio: "task", headers: AT_ONCE });
        assert.equal(text, SPOKEN);
        // Where the end of the file tells its length, it is not even asked for directly.
        const asked = paths().filter((sent) => sent !== path);
        assert.deepEqual(asked.slice(0, 3), BY_TASK);
      });
    }
  });
}

test("what cannot be opened is no matter of length: no second way is tried", async () => {
  for (const [protocol, path] of PROTOCOLS) {
    service.forget();
    const options = fault("error=audio-not-opened", { longAudio: "task" });
    const error = await errorOf(service.client({ protocol }).transcribe(audio, options));
    assert.deepEqual([error.code, error.retryable], ["invalid_audio", false], error.message);
    assert.match(error.message, /illegal and cannot be opened\. Check that the file plays, or convert it/);
    assert.deepEqual(paths(), [path]);
  }
});
