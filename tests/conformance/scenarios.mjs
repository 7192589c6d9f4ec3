// What the official SDK is asked for when its requests are captured: every call that this package makes too, with every option.
import { jfk } from "../fixtures/recordings.mjs";

const AUDIO = "https://example.com/audio/jfk.wav";
const QWEN = "qwen3-asr-flash";

const user = (audio) => ({ role: "user", content: [{ audio }] });
const system = (text) => ({ role: "system", content: [{ text }] });

/** @type {{ name: string, call: string, arguments: any }[]} */
export const scenarios = [
  {
    name: "generation-link",
    call: "MultiModalConversation.call",
    arguments: { model: QWEN, messages: [user(AUDIO)] },
  },
  {
    name: "generation-every-option",
    call: "MultiModalConversation.call",
    arguments: {
      model: QWEN,
      messages: [system("Bulge Bracket, Boutique, Middle Market"), user(AUDIO)],
      result_format: "message",
      asr_options: { language: "en", enable_itn: true },
    },
  },
  {
    name: "generation-data-url",
    call: "MultiModalConversation.call",
    arguments: { model: QWEN, messages: [system(""), user(jfk.dataUrl())], asr_options: { enable_itn: false } },
  },
  {
    name: "generation-stream-deltas",
    call: "MultiModalConversation.call",
    arguments: { model: QWEN, messages: [user(AUDIO)], stream: true, incremental_output: true },
  },
  {
    name: "generation-stream-whole",
    call: "MultiModalConversation.call",
    arguments: { model: QWEN, messages: [user(AUDIO)], stream: true },
  },
  {
    name: "generation-local-file",
    call: "MultiModalConversation.call",
    arguments: { model: QWEN, messages: [user(`file://${jfk.path}`)] },
  },
  {
    name: "generation-workspace",
    call: "MultiModalConversation.call",
    arguments: { model: QWEN, messages: [user(AUDIO)], workspace: "ws-1" },
  },
  {
    name: "qwen-transcription-submit",
    call: "QwenTranscription.async_call",
    arguments: { model: "qwen3-asr-flash-filetrans", file_url: AUDIO },
  },
  {
    name: "qwen-transcription-submit-every-option",
    call: "QwenTranscription.async_call",
    arguments: {
      model: "qwen3-asr-flash-filetrans",
      file_url: AUDIO,
      language: "en",
      enable_itn: true,
      enable_words: true,
      channel_id: [0, 1],
      text: "Bulge Bracket",
    },
  },
  {
    name: "transcription-submit",
    call: "Transcription.async_call",
    arguments: { model: "fun-asr", file_urls: [AUDIO] },
  },
  {
    name: "transcription-submit-every-option",
    call: "Transcription.async_call",
    arguments: {
      model: "fun-asr",
      file_urls: [AUDIO, "https://example.com/audio/second.mp3"],
      channel_id: [0],
      language_hints: ["en"],
      vocabulary_id: "vocab-testpfx-1",
      diarization_enabled: true,
      speaker_count: 2,
      special_word_filter: '{"filter_with_signed":{"word_list":["foo"]},"system_reserved_filter":true}',
    },
  },
  {
    name: "transcription-submit-uploaded",
    call: "Transcription.async_call",
    arguments: {
      model: "fun-asr",
      file_urls: ["oss://dashscope-instant/a/b.wav"],
      headers: { "X-DashScope-OssResourceResolve": "enable" },
    },
  },
  {
    name: "second-generation-submit",
    call: "Client.audio.asr.jobs.create",
    arguments: {
      model: "qwen-audio-3.1-asr-flash-filetrans",
      file_urls: [AUDIO],
      parameters: { diarization_enabled: true, vocabulary: { Kubernetes: 5 } },
    },
  },
  { name: "task-fetch", call: "Transcription.fetch", arguments: { task: "8fab76d0-0eed-4d20-929f-33fce6f62a0a" } },
  { name: "task-cancel", call: "Transcription.cancel", arguments: { task: "8fab76d0-0eed-4d20-929f-33fce6f62a0a" } },
  {
    name: "task-list",
    call: "Transcription.list",
    arguments: {
      start_time: "20261120000000",
      end_time: "20261120235959",
      model_name: "fun-asr",
      status: "SUCCEEDED",
      page_no: 2,
      page_size: 20,
    },
  },
  { name: "upload", call: "OssUtils.upload", arguments: { model: "fun-asr", file_path: jfk.path } },
  {
    name: "vocabulary-create",
    call: "VocabularyService.create_vocabulary",
    arguments: {
      target_model: "fun-asr",
      prefix: "testpfx",
      vocabulary: [{ text: "Kubernetes", weight: 4, lang: "en" }],
    },
  },
  {
    name: "vocabulary-list",
    call: "VocabularyService.list_vocabularies",
    arguments: { prefix: "testpfx", page_index: 1, page_size: 5 },
  },
  { name: "vocabulary-list-all", call: "VocabularyService.list_vocabularies", arguments: {} },
  {
    name: "vocabulary-query",
    call: "VocabularyService.query_vocabulary",
    arguments: { vocabulary_id: "vocab-testpfx-1" },
  },
  {
    name: "vocabulary-update",
    call: "VocabularyService.update_vocabulary",
    arguments: { vocabulary_id: "vocab-testpfx-1", vocabulary: [{ text: "Rust", weight: 50 }] },
  },
  {
    name: "vocabulary-delete",
    call: "VocabularyService.delete_vocabulary",
    arguments: { vocabulary_id: "vocab-testpfx-1" },
  },
];
