// What a session is set to, and what the service refuses in session.update.

const FORMATS = { pcm: "pcm", pcm16: "pcm", opus: "opus", wav: "wav" };
const SAMPLE_RATES = [16000, 8000];
const LONGEST_CORPUS = 40_000; // characters; the service counts 10,000 tokens

/** A member of session.update that the service does not take. */
export class RefusedValue extends Error {
  /** @param {string} param @param {unknown} value */
  constructor(param, value) {
    super(`Invalid value: '${typeof value === "string" ? value : JSON.stringify(value)}'.`);
    this.param = param;
  }
}

/** @param {string} model @param {string} id */
export function usualSettings(model, id) {
  return {
    id,
    object: "realtime.session",
    model,
    modalities: ["text"],
    input_audio_format: "pcm16",
    input_audio_transcription: /** @type {any} */ (null),
    turn_detection: /** @type {any} */ ({ type: "server_vad", threshold: 0.2, silence_duration_ms: 800 }),
  };
}

/**
 * @param {any} settings those so far
 * @param {any} wished session of session.update
 */
export function changedSettings(settings, wished) {
  if (wished === null || typeof wished !== "object" || Array.isArray(wished)) throw new RefusedValue("session", wished);
  const next = { ...settings };
  const inner = wished.audio?.input?.format ?? {};
  const format = inner.type ?? wished.input_audio_format;
  const sampleRate = inner.sample_rate ?? wished.sample_rate;
  if (format !== undefined) {
    if (!Object.hasOwn(FORMATS, format)) throw new RefusedValue("session.input_audio_format", format);
    next.input_audio_format = format;
  }
  if (sampleRate !== undefined) {
    if (!SAMPLE_RATES.includes(sampleRate)) throw new RefusedValue("session.sample_rate", sampleRate);
    next.sample_rate = sampleRate;
  }
  const { modalities, input_audio_transcription: transcription, turn_detection: turns } = wished;
  if (modalities !== undefined) {
    if (!Array.isArray(modalities) || modalities.join() !== "text")
      throw new RefusedValue("session.modalities", modalities);
  }
  if (transcription !== undefined) {
    const corpus = transcription?.corpus?.text ?? "";
    if (typeof corpus !== "string" || corpus.length > LONGEST_CORPUS) {
      throw new RefusedValue("session.input_audio_transcription.corpus.text", corpus);
    }
    next.input_audio_transcription = transcription;
  }
  if (turns !== undefined) next.turn_detection = changedTurns(settings.turn_detection, turns);
  return next;
}

function changedTurns(sofar, wished) {
  if (wished === null) return null;
  const next = { type: "server_vad", threshold: 0.2, silence_duration_ms: 800, ...sofar, ...wished };
  const check = (name, holds) => {
    if (!holds) throw new RefusedValue(`session.turn_detection.${name}`, next[name]);
  };
  check("type", next.type === "server_vad");
  check("threshold", typeof next.threshold === "number" && Math.abs(next.threshold) <= 1);
  check("silence_duration_ms", next.silence_duration_ms >= 200 && next.silence_duration_ms <= 6000);
  return next;
}

/** How the listener reads what comes. @param {any} settings */
export function hearingOf({ input_audio_format: format, sample_rate: sampleRate = 16000, turn_detection: turns }) {
  return {
    format: FORMATS[format],
    sampleRate,
    silenceMs: turns?.silence_duration_ms ?? 800,
    threshold: turns?.threshold ?? 0.2,
  };
}
