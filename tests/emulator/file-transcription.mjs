// One file of an asynchronous task: fetch, decode, recognise each wanted channel, write the result document.

import { containerOf } from "./audio/container.mjs";
import { decodeAudio, UndecodableAudio } from "./audio/decode.mjs";
import { download, readObject } from "./audio-source.mjs";
import { cutAtPunctuation, phraseOfWords, trailingSpaceWords } from "./sentences.mjs";
import { ServiceError } from "./service-error.mjs";
import { wordFilterOf } from "./word-filter.mjs";

/** What an answer of the server that has the file means. */
const REASONS = { 401: "forbidden", 403: "forbidden", 404: "missing", 413: "large" };

/** Why one file has no transcript; `kind` is turned into each dialect's own code. */
export class FileFailure extends Error {
  /** @param {"download" | "forbidden" | "missing" | "large" | "decode" | "silence" | "channel"} kind */
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

/**
 * @param {string} url
 * @param {object} context
 * @param {string} context.model
 * @param {import("./models.mjs").Family} context.family
 * @param {import("node:http").IncomingHttpHeaders} context.headers
 * @param {import("./account.mjs").Account} context.account
 * @param {any} context.parameters
 * @param {AbortSignal} context.signal
 * @returns {Promise<{ document: object, speechMs: number }>}
 */
export async function transcribeFile(url, context) {
  const { family, parameters, account, signal } = context;
  const bytes = await fetchFile(url, context);
  const audio = await decodeAudio(bytes).catch((cause) => {
    if (!(cause instanceof UndecodableAudio)) throw cause;
    account.log(`cannot decode ${url}: ${cause.message}`);
    throw new FileFailure("decode");
  });
  const wanted = Array.isArray(parameters.channel_id) ? parameters.channel_id : [0];
  const channels = wanted.filter((channel) => channel in audio.channels);
  if (channels.length === 0) throw new FileFailure("channel");

  const transcripts = [];
  let speechMs = 0;
  for (const channel of channels) {
    const { phrases } = await account.recogniser.recognise(audio.channels[channel], { signal });
    const speech = phrases.reduce((sum, phrase) => sum + phrase.endMs - phrase.beginMs, 0);
    speechMs += speech;
    transcripts.push(
      family.kind === "qwen-task"
        ? qwenTranscript(channel, phrases, parameters)
        : batchTranscript(channel, phrases, parameters, speech),
    );
  }
  if (transcripts.every((transcript) => transcript.text === "")) throw new FileFailure("silence");
  const about =
    family.kind === "qwen-task"
      ? { audio_info: { format: formatOf(bytes, audio), sample_rate: audio.sampleRate } }
      : {
          properties: {
            audio_format: audio.codec,
            channels,
            original_sampling_rate: audio.sampleRate,
            original_duration_in_milliseconds: Math.round(audio.durationMs),
          },
        };
  return { document: { file_url: url, ...about, transcripts }, speechMs };
}

async function fetchFile(url, { model, family, headers, account, signal }) {
  try {
    if (/^oss:/i.test(url)) return readObject(url, { model, headers, objects: account.objects });
    return await download(url, family.byteLimit, signal);
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    const { storeStatus } = /** @type {any} */ (cause);
    throw new FileFailure(REASONS[storeStatus] ?? "download");
  }
}

/** Sentences are cut by pauses alone, and at punctuation too when words are asked for. */
function qwenTranscript(channel, phrases, { language, enable_words: withWords }) {
  const sentences = (withWords === true ? cutAtPunctuation(phrases) : phrases).map((phrase, index) => ({
    sentence_id: index,
    begin_time: phrase.beginMs,
    end_time: phrase.endMs,
    language: language ?? "en",
    emotion: "neutral",
    text: phrase.text,
    ...(withWords === true && { words: trailingSpaceWords(phrase.words) }),
  }));
  return { channel_id: channel, text: joined(sentences), sentences };
}

function batchTranscript(channel, phrases, { special_word_filter: setting, diarization_enabled: diarized }, speech) {
  const filter = wordFilterOf(setting);
  const sentences = cutAtPunctuation(phrases)
    .map((phrase) => filter(phrase.words))
    .filter((words) => words.length > 0)
    .map((words, index) => {
      const phrase = phraseOfWords(words);
      return {
        begin_time: phrase.beginMs,
        end_time: phrase.endMs,
        text: phrase.text,
        sentence_id: index + 1,
        ...(diarized === true && { speaker_id: 0 }),
        words: trailingSpaceWords(words),
      };
    });
  return { channel_id: channel, content_duration_in_milliseconds: speech, text: joined(sentences), sentences };
}

function joined(sentences) {
  return sentences.map((sentence) => sentence.text).join(" ");
}

function formatOf(bytes, audio) {
  return audio.codec === "mp3" ? "mp3" : containerOf(bytes);
}
