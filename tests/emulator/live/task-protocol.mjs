// The task protocol, /api-ws/v1/inference: run-task, audio as binary messages, finish-task; several tasks on one socket, one after
// the other.
import { faultError } from "../fault-error.mjs";
import { leadingSpaceWords, phraseOfWords } from "../sentences.mjs";
import { refusal, ServiceError, wrongParameter } from "../service-error.mjs";
import { wordFilterOf } from "../word-filter.mjs";
import { UnreadableAudio } from "./audio-reader.mjs";
import { createListener } from "./listener.mjs";
import { checkContext, readRunTask } from "./task-parameters.mjs";

const START_MS = 20; // until task-started; audio that does not wait for it is lost
const NO_AUDIO_MS = 23_000;
const NO_SPEECH_MS = 60_000;
const NO_TASK_MS = 60_000;
const HEARTBEAT_EVERY_MS = 5000;
const USUAL_SILENCE_MS = 1300;
const GOODBYE = 1000;

/** @param {import("./connection.mjs").Connection} connection */
export function speakTaskProtocol(connection) {
  const { account, faults } = connection;
  const used = new Set();
  /** @type {{ id: string, listener?: ReturnType<typeof createListener>, audioCame(): void, finishing: boolean } | undefined} */
  let task;
  let stopWaiting = connection.after(NO_TASK_MS, leave);

  function leave() {
    connection.close(GOODBYE, "no task");
  }

  const event = (id, name, payload, more = {}) =>
    connection.send({ header: { task_id: id, event: name, ...more, attributes: {} }, payload });

  /** The task is lost, and the socket with it. */
  function fail(id, cause) {
    const known = cause instanceof ServiceError;
    if (!known) account.log(`task ${id}: ${cause?.stack ?? cause}`);
    const error = known ? cause : refusal("internal");
    task?.listener?.stop();
    task = undefined;
    stopWaiting();
    event(id, "task-failed", {}, { error_code: error.code, error_message: error.message });
    connection.close(GOODBYE);
  }

  function run(id, payload) {
    if (task || used.has(id)) throw wrongParameter("task_id");
    const { family, parameters } = readRunTask(payload, account);
    used.add(id);
    stopWaiting();
    let stopTimer = () => {};
    const audioCame = () => {
      stopTimer();
      stopTimer = connection.after(NO_AUDIO_MS, () => fail(id, refusal("no-audio")));
    };
    const current = { id, audioCame, finishing: false };
    task = current;
    connection.after((faults.number("start-delay") ?? START_MS) * connection.scale, () => {
      if (task !== current) return;
      task.listener = createListener(
        {
          ears: account.liveEars,
          format: parameters.format,
          sampleRate: parameters.sample_rate,
          silenceMs: parameters.max_sentence_silence ?? USUAL_SILENCE_MS,
          threshold: parameters.speech_noise_threshold,
          partialEveryMs: faults.number("partial-every"),
          everyPartial: faults.has("every-partial"),
        },
        { ...answers(id, family, parameters), onError: (cause) => fail(id, unreadable(cause)) },
      );
      event(id, "task-started", {});
      audioCame();
    });
    stopWaiting = () => stopTimer();
  }

  /** @param {string} id @param {import("./live-models.mjs").LiveFamily} family @param {any} parameters */
  function answers(id, family, parameters) {
    const filter = wordFilterOf(parameters.special_word_filter);
    const partials = !family.onlyOnRequest || parameters.intermediate_result_enabled === true;
    const bare = family.bare && parameters.disfluency_removal_enabled !== true;
    let sentences = 0;
    let begun = false;
    let textTokens = 0;

    const result = (sentence, usage) => event(id, "result-generated", { output: { sentence }, usage });

    /** @param {import("./listener.mjs").Heard} heard @param {boolean} whole */
    function describe({ words, beginMs, endMs }, whole) {
      const shown = filter(bare ? words.map((word) => ({ ...word, punctuation: "" })) : words);
      const { text } = shown.length > 0 ? phraseOfWords(shown) : { text: "" };
      return {
        sentence_id: sentences + 1,
        begin_time: beginMs,
        end_time: whole ? endMs : null,
        text,
        heartbeat: false,
        ...(whole ? {} : { sentence_begin: !begun }),
        sentence_end: whole,
        words: leadingSpaceWords(shown, false).map(({ begin_time, end_time, text, punctuation, fixed }) =>
          whole ? { begin_time, end_time, text, punctuation } : { begin_time, end_time, text, punctuation, fixed },
        ),
      };
    }

    return {
      ...(partials && {
        onPartial(heard) {
          result(describe(heard, false), null);
          begun = true;
        },
      }),
      onSentence(heard) {
        begun = false;
        if (!heard) return;
        const sentence = describe(heard, true);
        sentences++;
        textTokens += heard.words.length;
        const tokens = { input_tokens: Math.ceil(heard.endMs / 40), output_tokens: textTokens };
        result(sentence, { duration: Math.ceil(heard.endMs / 1000), ...(family.tokens && tokens) });
      },
      onQuiet(forMs, atMs) {
        if (parameters.heartbeat !== true) {
          if (forMs >= NO_SPEECH_MS) fail(id, refusal("no-speech"));
        } else if (forMs % HEARTBEAT_EVERY_MS === 0) {
          result(
            {
              sentence_id: 0,
              begin_time: atMs,
              end_time: null,
              text: "",
              heartbeat: true,
              sentence_end: false,
              words: [],
            },
            null,
          );
        }
      },
    };
  }

  async function finish(id) {
    const current = /** @type {NonNullable<typeof task>} */ (task);
    current.finishing = true;
    stopWaiting();
    await current.listener?.flush();
    if (task !== current || connection.isOver()) return;
    current.listener?.stop();
    task = undefined;
    event(id, "task-finished", { output: {}, usage: null });
    stopWaiting = connection.after(NO_TASK_MS, leave);
  }

  function command(message) {
    const { action, task_id: id, streaming } = message?.header ?? {};
    const payload = message?.payload ?? {};
    connection.note(message);
    const known = typeof id === "string" && id !== "" ? id : (task?.id ?? "");
    try {
      if (known !== id) throw wrongParameter("task_id");
      if (streaming !== "duplex") throw wrongParameter("streaming");
      if (action === "run-task") return run(id, payload);
      if (task?.id !== id || task?.finishing) throw wrongParameter("task_id");
      if (payload.input === null || typeof payload.input !== "object") throw refusal("no-input");
      if (action === "continue-task") checkContext(payload.input.context);
      else if (action !== "finish-task") throw wrongParameter("action");
      else if (task?.listener) finish(id).catch((cause) => fail(id, cause));
      else throw wrongParameter("action"); // before task-started
    } catch (cause) {
      fail(known, cause);
    }
  }

  connection.onMessage((data, isBinary) => {
    if (!isBinary) {
      let message;
      try {
        message = JSON.parse(data.toString("utf8"));
      } catch {
        return fail(task?.id ?? "", refusal("not-json"));
      }
      return command(message);
    }
    connection.receive(data, (bytes) => {
      if (!task?.listener || task.finishing) {
        return account.log(`${bytes.length} bytes of audio outside of a task are lost`);
      }
      task.audioCame();
      task.listener.push(bytes);
    });
  });
  connection.onFailure(() => fail(task?.id ?? "", faultError(faults, 500)));
  connection.onClose(() => task?.listener?.stop());
}

function unreadable(cause) {
  return cause instanceof UnreadableAudio ? refusal("audio-not-opened") : cause;
}
