// Dialect B: Qwen3-ASR-Flash, native.
import { fetchAudio } from "../audio-source.mjs";
import { listen } from "../hearing.mjs";
import { annotationsOf, forcedSilence, languageOf, nativeUsage, refuseSilence } from "../qwen-answer.mjs";
import { recogniseInPieces } from "../recognition.mjs";
import { refusal } from "../service-error.mjs";

/**
 * @param {import("../exchange.mjs").Exchange} exchange
 * @param {any} body
 * @param {import("../models.mjs").Family} family
 */
export async function answerQwen(exchange, body, family) {
  const language = languageOf(body.parameters?.asr_options);
  const { headers, signal, account } = exchange;
  const source = { model: body.model, family, headers, signal, objects: account.objects };
  const bytes = await fetchAudio(audioOf(body.input), source);
  const sound = await listen(bytes, family, account.log);
  const silence = forcedSilence(exchange.faults);
  refuseSilence(silence);
  const call = { ...sound, language, silence };
  if (!exchange.wantsEvents()) return wholeAnswer(exchange, call);
  return streamAnswer(exchange, call, body.parameters?.incremental_output === true);
}

/** The order of system and user message does not matter; unknown members are ignored. */
function audioOf(input) {
  const messages = Array.isArray(input.messages) ? input.messages : [];
  if (messages.length === 0) throw refusal("bad-role");
  const users = messages.filter((message) => message?.role === "user");
  if (users.length !== 1) throw refusal(users.length === 0 ? "no-user" : "bad-content");
  const content = Array.isArray(users[0].content) ? users[0].content : [];
  if (content.length !== 1 || !("audio" in Object(content[0]))) {
    throw refusal("bad-content");
  }
  return content[0].audio;
}

async function wholeAnswer(exchange, { samples, durationMs, language, silence }) {
  const { account, faults, signal, since } = exchange;
  const text = silence ? "" : (await account.recogniser.recognise(samples, { signal, since })).text;
  const reason = faults.value("finish-reason");
  const finish = reason === "absent" ? {} : { finish_reason: reason === "length" ? "length" : "stop" };
  const message = messageOf({ text, language, silence, whole: text, faults });
  const usage = nativeUsage({ durationMs, text, faults });
  await exchange.reply(200, {
    output: { choices: [{ ...finish, message }] },
    ...(usage !== undefined && { usage }),
    request_id: exchange.requestId,
  });
}

async function streamAnswer(exchange, { samples, durationMs, language, silence }, incremental) {
  const { faults } = exchange;
  const stream = await exchange.openEventStream();
  const send = (content, whole, finish) => {
    const message = messageOf({ text: content, language, silence, whole, faults });
    const usage = nativeUsage({ durationMs, text: whole, faults });
    const body = {
      output: { choices: [{ message, ...finish }] },
      ...(usage !== undefined && { usage }),
      request_id: exchange.requestId,
    };
    stream.send({ event: "result", status: 200, data: JSON.stringify(body) });
  };

  const said = await recogniseInPieces(exchange, silence ? undefined : samples, ({ delta, text }) => {
    send(incremental ? delta : text, text, unfinished(faults));
  });
  if (said.failure) stream.send(exchange.errorEvent(said.failure));
  else send(incremental ? "" : said.text, said.text, lastFinish(faults));
  await stream.end();
}

function messageOf({ text, language, silence, whole, faults }) {
  const annotations = annotationsOf({ language, heard: whole !== "", faults });
  const nothing = whole === "" && silence !== "empty-string";
  return { ...(annotations && { annotations }), content: nothing ? [] : [{ text }], role: "assistant" };
}

/** Until the last event the reason is the word "null", a string. */
function unfinished(faults) {
  const reason = faults.value("finish-reason");
  if (reason === "absent") return {};
  return { finish_reason: reason === "null" ? null : "null" };
}

function lastFinish(faults) {
  return { finish_reason: faults.value("finish-reason") === "length" ? "length" : "stop" };
}
