// Dialect A: Qwen3-ASR-Flash behind the OpenAI-compatible door.
import { fetchAudio } from "../audio-source.mjs";
import { listen } from "../hearing.mjs";
import { familyOf } from "../models.mjs";
import { annotationsOf, compatibleUsage, forcedSilence, languageOf, refuseSilence } from "../qwen-answer.mjs";
import { recogniseInPieces } from "../recognition.mjs";
import { refusal } from "../service-error.mjs";

/** @type {import("./all.mjs").Route} */
export const chatCompletions = {
  methods: ["POST"],
  path: /^\/compatible-mode\/v1\/chat\/completions$/,
  async handle(exchange) {
    const call = readCall(exchange.json());
    const { audio, model, family } = call;
    const { headers, signal, account } = exchange;
    const bytes = await fetchAudio(audio, { model, family, headers, signal, objects: account.objects });
    const sound = await listen(bytes, family, account.log);
    const answer = { ...call, ...sound, id: `chatcmpl-${exchange.requestId}`, created: Math.floor(Date.now() / 1000) };
    await (call.stream ? streamAnswer(exchange, answer) : wholeAnswer(exchange, answer));
  },
};

/** Unknown members are ignored, as the service does; that includes a literal "extra_body". */
function readCall(body) {
  const family = familyOf(body.model);
  const { model } = body;
  if (typeof model !== "string" || model === "") throw refusal("no-model");
  if (!family) throw refusal("unknown-model", { model });
  if (!family.compatible) throw refusal("not-compatible", { model });
  if (!Array.isArray(body.messages) || body.messages.length === 0) throw refusal("no-messages");
  if (body.stream_options && !body.stream) throw refusal("stream-options");
  return {
    family,
    model: body.model,
    audio: audioOf(body.messages),
    language: languageOf(body.asr_options),
    stream: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
  };
}

function audioOf(messages) {
  const users = messages.filter((message) => message?.role === "user");
  if (users.length !== 1) throw refusal(users.length === 0 ? "no-user" : "bad-content");
  const content = users[0].content;
  const parts = Array.isArray(content) ? content.filter((part) => part?.type === "input_audio") : [];
  if (parts.length !== 1 || content.length !== 1) throw refusal("bad-content");
  return parts[0].input_audio?.data;
}

async function wholeAnswer(exchange, { model, id, created, samples, durationMs, language }) {
  const { faults, account, signal, since } = exchange;
  const silence = forcedSilence(faults);
  const text = silence ? "" : (await account.recogniser.recognise(samples, { signal, since })).text;
  refuseSilence(silence);
  const annotations = annotationsOf({ language, heard: text !== "", faults });
  const usage = compatibleUsage({ durationMs, text, faults });
  await exchange.reply(200, {
    id,
    object: "chat.completion",
    created,
    model,
    choices: [
      {
        index: 0,
        ...lastFinish(faults),
        message: { role: "assistant", content: text, ...(annotations && { annotations }) },
      },
    ],
    ...(usage !== undefined && { usage }),
  });
}

async function streamAnswer(exchange, { model, id, created, samples, durationMs, language, includeUsage }) {
  const { faults } = exchange;
  const silence = forcedSilence(faults);
  refuseSilence(silence);
  const stream = await exchange.openEventStream();
  // Member order as in the official sample: the first chunk's differs from the others'.
  const head = { model, id, created, object: "chat.completion.chunk", usage: null };
  const opening = { logprobs: null, index: 0, delta: { content: "", role: "assistant" } };
  stream.send({ data: JSON.stringify({ ...head, choices: [{ ...opening, ...unfinished(faults) }] }) });
  const chunk = (choice) => {
    stream.send({
      data: JSON.stringify({ model, id, choices: [choice], created, object: "chat.completion.chunk", usage: null }),
    });
  };

  const annotations = annotationsOf({ language, heard: true, faults });
  const said = await recogniseInPieces(exchange, silence ? undefined : samples, ({ delta, text }) => {
    const content = faults.has("cumulative-a") ? text : delta;
    chunk({ delta: { ...(annotations && { annotations }), content, role: null }, index: 0, ...unfinished(faults) });
  });
  if (said.failure) {
    stream.send(exchange.errorEvent(said.failure));
    return stream.end();
  }
  chunk({ delta: { role: null }, index: 0, ...lastFinish(faults) });
  if (includeUsage) {
    const usage = compatibleUsage({ durationMs, text: said.text, faults });
    const closing = {
      choices: [],
      object: "chat.completion.chunk",
      ...(usage !== undefined && { usage }),
      created,
      model,
      id,
    };
    stream.send({ data: JSON.stringify(closing) });
  }
  stream.send({ data: "[DONE]" });
  await stream.end();
}

/** Here unfinished chunks have no finish_reason at all, unless a switch asks for one. */
function unfinished(faults) {
  const reason = faults.value("finish-reason");
  if (reason === "null") return { finish_reason: null };
  return reason === "string-null" ? { finish_reason: "null" } : {};
}

function lastFinish(faults) {
  const reason = faults.value("finish-reason");
  if (reason === "absent") return {};
  return { finish_reason: reason === "length" ? "length" : "stop" };
}
