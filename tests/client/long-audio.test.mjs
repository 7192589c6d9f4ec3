// Audio of any length: directly where it fits, by upload and task where it does not, and only if the caller says so.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { writeWav } from "../emulator/audio/wav.mjs";
import { audio, errorOf, fault, SPOKEN, startService } from "./service.mjs";
import { startSite } from "./site.mjs";

const DIRECT = "/api/v1/services/aigc/multimodal-generation/generation";
const SUBMIT = "/api/v1/services/audio/asr/transcription";
const QWEN = "qwen3-asr-flash-filetrans";
const AT_ONCE = { "x-emulator-fault": "task-pending=0,task-running=0" };

/** Five minutes and a second, as its header says; at 8 kHz, 4.8 MB, so that it is not too large. */
const long = writeWav([new Float32Array(8000 * 301)], 8000);
/** Not too long, as far as can be told, but too large. */
const large = new Uint8Array(8_000_000);
large.set(audio);

let site;

before(async () => {
  site = await startSite({ "long.wav": long, "large.wav": padded(11_000_000) });
});
after(() => site.close());

function padded(length) {
  const bytes = new Uint8Array(length);
  bytes.set(audio);
  return bytes;
}

/** Runs `work` with a service of its own, so that the tests can wait together. */
const withService = (work) => async () => {
  const service = await startService();
  try {
    await work(service);
  } finally {
    await service.close();
  }
};

const pathsOf = ({ requests }) => requests.map(({ path }) => path.replace(/^\/(api\/v1\/tasks|result)\/.*/, "/$1/…"));
const BY_TASK = ["/api/v1/uploads", "/", SUBMIT, "/api/v1/tasks/…", "/result/…"];
const once = (paths) => paths.filter((path, at) => path !== paths[at - 1]);

describe("longAudio", { concurrency: true }, () => {
  test(
    "is not needed for what fits: nothing but the direct call",
    withService(async (service) => {
      const { text } = await service.client().transcribe(audio, { longAudio: "task" });
      assert.deepEqual([text, pathsOf(service)], [SPOKEN, [DIRECT]]);
    }),
  );

  for (const [name, input] of Object.entries({
    "a large Blob": () => new Blob([large]),
    "large bytes": () => large,
    "long audio, by its header": () => new Blob([long]),
  })) {
    test(
      `${name} goes by upload and task, and nothing is sent before that`,
      withService(async (service) => {
        const options = {
          longAudio: "task",
          language: "en",
          enableItn: true,
          context: "Bulge Bracket",
          headers: AT_ONCE,
        };
        const transcript = await service.client().transcribe(input(), options);
        assert.deepEqual([transcript.text, transcript.language], [SPOKEN, "en"]);
        assert.deepEqual(once(pathsOf(service)), BY_TASK);
        const [policy, form, submission] = service.requests;
        assert.equal(policy.query.model, QWEN);
        assert.equal(form.body.file.bytes, input().size ?? input().length);
        assert.deepEqual(submission.body, {
          model: QWEN,
          input: { file_url: `oss://${form.body.values.key}` },
          parameters: { language: "en", enable_itn: true, text: "Bulge Bracket" },
        });
        assert.equal(submission.headers["x-dashscope-ossresourceresolve"], "enable");
      }),
    );
  }

  test(
    "other options for the long way: another model, words, speakers",
    withService(async (service) => {
      const longAudio = { model: "fun-asr", diarizationEnabled: true };
      const { text, segments } = await service.client().transcribe(large, { longAudio, headers: AT_ONCE });
      assert.deepEqual([text, segments[0].speakerId, segments[0].words.length > 0], [SPOKEN, 0, true]);
      assert.deepEqual(service.requests.map(({ query }) => query.model).filter(Boolean), ["fun-asr"]);
    }),
  );

  test(
    "what its model would ignore is refused, before anything is sent and also for short audio",
    withService(async (service) => {
      for (const [options, field] of [
        [{ longAudio: { model: "fun-asr" }, language: "en" }, "language"],
        [{ longAudio: { keepDialect: true } }, "keepDialect"],
        [{ longAudio: { model: "qwen3-asr-flash" } }, "model"],
        [{ longAudio: { modle: "fun-asr" } }, "modle"],
        [{ longAudio: "upload" }, "longAudio"],
        [{ longAudio: true }, "longAudio"],
        [{ longAudio: "task", langauge: "en" }, "langauge"],
      ]) {
        const error = await errorOf(service.client().transcribe(audio, options));
        assert.deepEqual(
          [error.code, error.field, service.requests.length],
          ["invalid_option", field, 0],
          error.message,
        );
      }
      await assert.rejects(service.client().stream(audio, { longAudio: "task" }).final(), { field: "longAudio" });
    }),
  );

  for (const [name, file, code] of [
    ["too long, by the service's answer", "long.wav", "audio_too_long"],
    ["too large, by the service's answer", "large.wav", "audio_too_large"],
  ]) {
    test(
      `an address whose audio is ${name}, is submitted as it is`,
      withService(async (service) => {
        const url = site.url(file);
        assert.equal((await errorOf(service.client().transcribe(url))).code, code);
        service.forget();
        const { text } = await service.client().transcribe(new URL(url), { longAudio: "task", headers: AT_ONCE });
        assert.equal(text, SPOKEN);
        assert.deepEqual(once(pathsOf(service)), [DIRECT, ...BY_TASK.slice(2)]);
        assert.deepEqual(service.requests[1].body.input, { file_url: url });
      }),
    );
  }

  test(
    "a stream that turns out too large cannot be read again: the error stays as clear as without",
    withService(async (service) => {
      const error = await errorOf(
        service.client().transcribe(new Blob([large]).stream(), { longAudio: "task", headers: AT_ONCE }),
      );
      assert.equal(error.code, "audio_too_large");
      assert.match(error.message, /at most 7864/);
      assert.deepEqual(pathsOf(service), []);
    }),
  );

  test(
    "other errors are not for the long way",
    withService(async (service) => {
      const paying = fault("code=Arrearage", { longAudio: "task" });
      assert.equal((await errorOf(service.client().transcribe(audio, paying))).code, "billing");
      assert.deepEqual(pathsOf(service), [DIRECT]);
      assert.equal(
        (await errorOf(service.client().transcribe(new Blob([]), { longAudio: "task" }))).code,
        "empty_audio",
      );
    }),
  );

  test(
    "one progress for all of it, in order",
    withService(async (service) => {
      const seen = [];
      const onProgress = ({ phase, loaded }) => {
        assert.equal(typeof loaded, "number");
        if (seen.at(-1) !== phase) seen.push(phase);
      };
      await service.client().transcribe(new Blob([large]), { longAudio: "task", onProgress });
      assert.deepEqual(seen, ["upload", "queue", "recognise", "download"]);
    }),
  );

  test(
    "silence is a transcript here, too",
    withService(async (service) => {
      const options = fault("task-fail=ASR_RESPONSE_HAVE_NO_WORDS,task-pending=0,task-running=0", {
        longAudio: "task",
      });
      const transcript = await service.client().transcribe(large, options);
      assert.deepEqual([transcript.text, transcript.noSpeech, transcript.model], ["", true, undefined]);
    }),
  );

  test(
    "a signal ends it while the task waits",
    withService(async (service) => {
      const caller = new AbortController();
      const onProgress = ({ phase }) => phase === "queue" && caller.abort(new Error("closed"));
      const options = fault("task-pending=50", { longAudio: "task", signal: caller.signal, onProgress });
      const error = await errorOf(service.client().transcribe(large, options));
      assert.deepEqual([error.code, error.cause.message], ["aborted", "closed"]);
    }),
  );
});
