// Requests as the package sends them, for tests that change one thing about them.

export const GENERATION = "/api/v1/services/aigc/multimodal-generation/generation";
export const CHAT = "/compatible-mode/v1/chat/completions";
export const SUBMIT = "/api/v1/services/audio/asr/transcription";

/** Letters of base64 that begin as a WAV file does. */
export const wav = (letters = 24) =>
  `data:audio/wav;base64,${"UklGRiQAAABXQVZFZm10IA==".slice(0, 22).padEnd(letters, "A")}`;

/** Short audio in the dialect of Qwen3-ASR. `more` comes before the end of the object. */
export function speech({ model = "qwen3-asr-flash", audio = wav(), more = "" } = {}) {
  const messages = [{ role: "user", content: [{ audio }] }];
  return `{"model":${JSON.stringify(model)},"input":{"messages":${JSON.stringify(messages)}}${more}}`;
}

/** The same of exactly so many bytes, which must be a multiple of four and a little. */
export function speechOf(bytes) {
  const rest = bytes - speech({ audio: wav(0) }).length + wav(0).length;
  return speech({ audio: wav(rest - "data:audio/wav;base64,".length) });
}

/** Short audio by way of OpenAI's dialect. */
export function chat({ model = "qwen3-asr-flash", more = "" } = {}) {
  const content = [{ type: "input_audio", input_audio: { data: wav() } }];
  return `{"model":${JSON.stringify(model)},"messages":${JSON.stringify([{ role: "user", content }])}${more}}`;
}

/** A task. */
export function task({ model = "qwen3-asr-flash-filetrans", input = { file_url: "https://example.com/a.wav" } } = {}) {
  return JSON.stringify({ model, input, parameters: {} });
}

/**
 * Submits a task by way of a relay: what it names goes out signed.
 *
 * @param {string} relay its address, with its path
 * @param {Record<string, string>} headers
 * @returns {Promise<string>} the id as the caller has it
 */
export async function submitted(relay, headers) {
  const sent = { "content-type": "application/json", "x-dashscope-async": "enable", ...headers };
  const response = await fetch(relay + SUBMIT, { method: "POST", body: task(), headers: sent });
  const answer = await response.json();
  if (!answer.output?.task_id) throw new Error(`no task: ${response.status} ${JSON.stringify(answer)}`);
  return answer.output.task_id;
}
