// The session protocol, /api-ws/v1/realtime?model=…: JSON only, audio in base64; one socket is one session.
import { randomBytes } from "node:crypto";
import { faultError } from "../fault-error.mjs";
import { refusal, ServiceError } from "../service-error.mjs";
import { UnreadableAudio } from "./audio-reader.mjs";
import { createListener } from "./listener.mjs";
import { changedSettings, hearingOf, RefusedValue, usualSettings } from "./session-settings.mjs";

const LARGEST_APPEND = 15 * 1024 * 1024;
/** So much audio may be ahead of the clock; more is lost. The service does not say how much. */
const MOST_AHEAD_MS = 15_000;
const GOODBYE_MS = 5000;
const id = (kind) => `${kind}_${randomBytes(16).toString("hex")}`;

/** @param {import("./connection.mjs").Connection} connection @param {string} model */
export function speakSessionProtocol(connection, model) {
  const { account, faults } = connection;
  let settings = usualSettings(model, id("sess"));
  /** @type {ReturnType<typeof createListener> | undefined} */
  let listener;
  let startedAt = 0;
  let takenMs = 0;
  let finishing = false;
  /** @type {string | null} */
  let previous = null;
  let item = id("item");
  let draft = "";
  /** Manual mode: what was appended since the last commit. @type {Buffer[]} */
  let buffer = [];

  const send = (type, members = {}) => connection.send({ event_id: id("event"), type, ...members });
  const language = () => settings.input_audio_transcription?.language ?? "en";

  function error(known, cause = {}) {
    const { type = "invalid_request_error", code = "invalid_value", param = null, message } = known;
    send("error", { error: { type, code, message, param, event_id: cause.event_id ?? null } });
  }

  function breakDown(cause) {
    account.log(`session ${settings.id}: ${cause?.stack ?? cause}`);
    listener?.stop();
    const unreadable = cause instanceof UnreadableAudio ? refusal("audio-not-opened") : refusal("internal");
    const { code, message } = cause instanceof ServiceError ? cause : unreadable;
    error({ type: "server_error", code, message });
    connection.close(1011);
  }

  const transcription = { content_index: 0 };
  const described = () => ({ item_id: item, ...transcription, language: language(), emotion: "neutral" });

  /** The words that did not change since the last draft stand as confirmed. */
  function tellDraft(text) {
    let same = 0;
    while (same < text.length && text[same] === draft[same]) same++;
    const confirmed = text.slice(0, Math.max(0, text.lastIndexOf(" ", Math.min(same, text.length - 1))));
    draft = text;
    send("conversation.item.input_audio_transcription.text", {
      ...described(),
      text: confirmed,
      stash: text.slice(confirmed.length),
    });
  }

  function commit() {
    send("input_audio_buffer.committed", { previous_item_id: previous, item_id: item });
    const content = [{ type: "input_audio", transcript: null }];
    send("conversation.item.created", {
      item: { id: item, object: "realtime.item", type: "message", status: "in_progress", role: "user", content },
    });
  }

  function complete(text) {
    send("conversation.item.input_audio_transcription.completed", { ...described(), transcript: text });
    previous = item;
    item = id("item");
    draft = "";
  }

  const byItself = {
    onSpeech: (beginMs) => send("input_audio_buffer.speech_started", { audio_start_ms: beginMs, item_id: item }),
    onPartial: ({ text }) => tellDraft(text),
    onSilence(endMs) {
      send("input_audio_buffer.speech_stopped", { audio_end_ms: endMs, item_id: item });
      commit();
    },
    onSentence: (heard) => complete(heard?.text ?? ""),
    onError: breakDown,
  };

  function open(listening) {
    return createListener(
      {
        ears: account.liveEars,
        ...hearingOf(settings),
        partialEveryMs: faults.number("partial-every"),
        everyPartial: faults.has("every-partial"),
      },
      listening,
    );
  }

  /** What was appended by hand is one item, however many pauses are in it. */
  async function commitBuffer() {
    const bytes = Buffer.concat(buffer);
    buffer = [];
    /** @type {string[]} */
    const said = [];
    commit();
    const once = open({ onSentence: (heard) => heard && said.push(heard.text), onError: breakDown });
    once.push(bytes);
    await once.flush();
    once.stop();
    if (connection.isOver()) return;
    if (said.length > 0) tellDraft(said.join(" "));
    complete(said.join(" "));
  }

  function append(bytes) {
    if (settings.turn_detection === null) return void buffer.push(bytes);
    listener ??= open(byItself);
    listener.push(bytes);
  }

  /** Bursts are not paced by the service: what is too far ahead of the clock is lost. */
  function isAhead(bytes) {
    if (settings.input_audio_format === "opus") return false;
    startedAt ||= performance.now();
    const elapsed = (performance.now() - startedAt) * connection.scale;
    if (takenMs > elapsed + MOST_AHEAD_MS) return true;
    takenMs += bytes.length / ((settings.sample_rate ?? 16000) / 500);
    return false;
  }

  let working = Promise.resolve();
  const inTurn = (act) => {
    working = working.then(act).catch(breakDown);
  };

  async function finish() {
    finishing = true;
    await working;
    await listener?.flush();
    if (connection.isOver()) return;
    listener?.stop();
    send("session.finished");
    // The client closes; who forgets to is not waited for.
    connection.after(GOODBYE_MS, () => connection.close(1000));
  }

  const HANDLERS = {
    "session.update"({ session }) {
      const next = changedSettings(settings, session);
      if (listener && JSON.stringify(hearingOf(next)) !== JSON.stringify(hearingOf(settings))) {
        throw new RefusedValue("session", "the audio is on its way");
      }
      settings = next;
      send("session.updated", { session: settings });
    },
    "input_audio_buffer.append"(message) {
      const { audio } = message;
      if (typeof audio !== "string" || audio.length > LARGEST_APPEND || !/^[A-Za-z0-9+/]*={0,2}$/.test(audio)) {
        throw new RefusedValue("audio", typeof audio === "string" ? `${audio.length} characters` : audio);
      }
      connection.receive(Buffer.from(audio, "base64"), (bytes) => {
        if (isAhead(bytes))
          return account.log(`${bytes.length} bytes came faster than they can be spoken and are lost`);
        append(bytes);
      });
    },
    "input_audio_buffer.commit"() {
      if (settings.turn_detection !== null || buffer.length === 0)
        throw new RefusedValue("input_audio_buffer", "nothing to commit");
      inTurn(commitBuffer);
    },
    "input_audio_buffer.clear"() {
      buffer = [];
    },
    "session.finish": () => void finish().catch(breakDown),
  };

  connection.onMessage((data, isBinary) => {
    let message;
    try {
      message = isBinary ? undefined : JSON.parse(data.toString("utf8"));
    } catch {}
    if (message?.type !== "input_audio_buffer.append") connection.note(message ?? null);
    try {
      if (finishing) throw new RefusedValue("type", "the session is finished");
      const handler =
        typeof message?.type === "string" && Object.hasOwn(HANDLERS, message.type) && HANDLERS[message.type];
      if (!handler) throw new RefusedValue("type", message?.type ?? "no JSON");
      handler(message);
    } catch (cause) {
      if (cause instanceof RefusedValue) error({ param: cause.param, message: cause.message }, message ?? {});
      else breakDown(cause);
    }
  });
  connection.onFailure(() => breakDown(faultError(faults, 500)));
  connection.onClose(() => listener?.stop());
  send("session.created", { session: settings });
}
