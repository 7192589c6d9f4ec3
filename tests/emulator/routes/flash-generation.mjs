// Dialect C: Fun-ASR-Flash, Qwen-Audio-ASR-Flash, and fun-asr-realtime over HTTP.
import { fetchAudio } from "../audio-source.mjs";
import { arrangeFlash } from "../flash-layout.mjs";
import { listen } from "../hearing.mjs";
import { forcedSilence } from "../qwen-answer.mjs";
import { recogniseInPieces } from "../recognition.mjs";
import { cutAtPunctuation, leadingSpaceWords } from "../sentences.mjs";
import { refusal, wrongParameter } from "../service-error.mjs";

const STREAMED_FROM_MS = 60_000;

/**
 * @param {import("../exchange.mjs").Exchange} exchange
 * @param {any} body
 * @param {import("../models.mjs").Family} family
 */
export async function answerFlash(exchange, body, family) {
  const { headers, signal, account, faults } = exchange;
  const parameters = body.parameters ?? {};
  if (typeof parameters.format !== "string" || parameters.format === "") {
    throw wrongParameter("format");
  }
  const source = { model: body.model, family, headers, signal, objects: account.objects };
  const bytes = await fetchAudio(audioOf(body), source);
  const sound = await listen(bytes, family, account.log);
  const silence = forcedSilence(faults);
  if (silence === "error") throw refusal("no-words");
  const call = { ...sound, family, parameters, silence };
  return exchange.wantsEvents() ? streamAnswer(exchange, call) : wholeAnswer(exchange, call);
}

/** The audio is in the last user message; everything before is context. */
function audioOf({ input, parameters }) {
  if (parameters?.audio_address) return parameters.audio_address;
  const messages = Array.isArray(input.messages) ? input.messages : [];
  const parts = messages
    .filter((message) => message?.role === "user" && Array.isArray(message.content))
    .flatMap((message) => message.content)
    .filter((part) => part?.type === "input_audio" || part?.audio !== undefined);
  if (parts.length !== 1) throw refusal("bad-content");
  return parts[0].input_audio?.data ?? parts[0].audio;
}

async function wholeAnswer(exchange, call) {
  const { account, signal, since } = exchange;
  const heard = call.silence
    ? { text: "", phrases: [] }
    : await account.recogniser.recognise(call.samples, { signal, since });
  if (heard.text === "" && !call.silence) throw refusal("no-words");
  await exchange.reply(200, finalBody(exchange, call, heard));
}

async function streamAnswer(exchange, call) {
  const { faults } = exchange;
  const several =
    call.durationMs >= STREAMED_FROM_MS || call.family.snapshots || faults.has("snapshots") || faults.has("revise");
  // Whether anybody speaks at all decides about the status, so the headers wait for the first text.
  let stream;
  let events = 0;
  const open = async () => (stream ??= exchange.openEventStream());
  const sending = [];
  const send = (body) => {
    const event = { event: "result", status: 200, data: JSON.stringify(body) };
    sending.push(open().then((opened) => opened.send(event)));
  };
  const said = await recogniseInPieces(exchange, call.silence ? undefined : call.samples, ({ text, phrases }) => {
    if (!several && !faults.has("error-mid")) return;
    const revised = faults.has("revise") && events++ < 2 ? misheard(text) : text;
    send(snapshot(exchange, { text: revised, phrases }));
  });
  if (said.failure) {
    const opened = await open();
    opened.send(exchange.errorEvent(said.failure));
    return opened.end();
  }
  if (said.text === "" && !call.silence) throw refusal("no-words");
  send(finalBody(exchange, call, said));
  await Promise.all(sending);
  await (await open()).end();
}

/** The text so far, with the sentence that is being spoken; its end and the usage come only when it is finished. */
function snapshot(exchange, { text, phrases }) {
  const current = phrases.at(-1);
  const sentence = {
    words: leadingSpaceWords(current.words, false),
    begin_time: current.beginMs,
    text: current.text,
    channel_id: 0,
    sentence_id: phrases.length,
    sentence_end: false,
  };
  return arrangeFlash({ sentence, text }, { requestId: exchange.requestId, layout: layoutOf(exchange) });
}

function finalBody(exchange, call, { text, phrases }) {
  const usage = { duration: Math.ceil(call.durationMs / 1000) };
  const sentences = cutAtPunctuation(phrases).map((phrase, index) => ({
    ...sentenceOf(phrase, index + 1),
    ...(call.family.diarization && call.parameters.speaker_diarization_enabled === true && { speaker_id: 0 }),
  }));
  const output = {
    // One sentence that spans everything; silence has none.
    ...(phrases.length > 0 && { sentence: sentenceOf(joined(phrases), 1) }),
    ...(call.family.sentences && { sentences }),
    text,
  };
  const tokens = { input_tokens: Math.ceil(call.durationMs / 40), output_tokens: text.split(" ").length };
  const counted = { ...usage, ...tokens, total_tokens: tokens.input_tokens + tokens.output_tokens };
  return arrangeFlash(output, {
    usage: call.family.sentences ? counted : usage,
    requestId: exchange.requestId,
    layout: layoutOf(exchange),
  });
}

function sentenceOf(phrase, id) {
  return {
    begin_time: phrase.beginMs,
    channel_id: 0,
    end_time: phrase.endMs,
    sentence_end: true,
    sentence_id: id,
    text: phrase.text,
    words: leadingSpaceWords(phrase.words, true),
  };
}

function joined(phrases) {
  return {
    text: phrases.map((phrase) => phrase.text).join(" "),
    beginMs: phrases[0].beginMs,
    endMs: phrases.at(-1).endMs,
    words: phrases.flatMap((phrase) => phrase.words),
  };
}

function layoutOf({ faults, headers }) {
  const workspace = /\.maas\.aliyuncs\.com(:\d+)?$/.test(String(headers.host));
  return faults.value("layout") ?? (workspace ? "workspace" : "documented");
}

function misheard(text) {
  return text.replace(/^\S+/, "Hmm");
}
