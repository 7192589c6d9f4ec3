// RIFF/WAVE, with RF64 (EBU Tech 3306) and BW64 (ITU-R BS.2088), read without any outside program so that the emulator always understands at least this format.

/** @typedef {{ channels: Float32Array[], sampleRate: number, codec: string }} Waveform */

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** Codec names as ffmpeg spells them, because the service's result documents do the same. */
const READERS = {
  "1/8": { codec: "pcm_u8", read: (view, at) => (view.getUint8(at) - 128) / 128 },
  "1/16": { codec: "pcm_s16le", read: (view, at) => view.getInt16(at, true) / 32768 },
  "1/24": {
    codec: "pcm_s24le",
    read: (view, at) => (view.getUint16(at, true) | (view.getInt8(at + 2) << 16)) / 8388608,
  },
  "1/32": { codec: "pcm_s32le", read: (view, at) => view.getInt32(at, true) / 2147483648 },
  "3/32": { codec: "pcm_f32le", read: (view, at) => view.getFloat32(at, true) },
  "3/64": { codec: "pcm_f64le", read: (view, at) => view.getFloat64(at, true) },
};

/** @param {Uint8Array} bytes */
export function isWav(bytes) {
  return bytes.length >= 12 && ["RIFF", "RF64", "BW64"].includes(ascii(bytes, 0)) && ascii(bytes, 8) === "WAVE";
}

/**
 * Samples of every channel, in −1…1. Throws an Error with a plain reason when the bytes are no PCM WAV.
 * @param {Uint8Array} bytes
 * @returns {Waveform}
 */
export function readWav(bytes) {
  if (!isWav(bytes)) throw new Error("not a RIFF/WAVE file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** @type {{ tag: number, channelCount: number, sampleRate: number, blockAlign: number, bits: number } | undefined} */
  let format;
  /** @type {number | undefined} */
  let longData;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = ascii(bytes, at);
    // In RF64 and BW64 the data's own length is 0xFFFFFFFF, and the true one stands in the chunk "ds64".
    const declared = id === "data" && longData !== undefined ? longData : view.getUint32(at + 4, true);
    const start = at + 8;
    // A recorder that streams writes 0xFFFFFFFF or 0 here; what is present is what counts.
    const size = Math.min(declared, bytes.length - start);
    if (id === "ds64" && size >= 16) longData = Number(view.getBigUint64(start + 8, true));
    if (id === "fmt ") format = readFormat(view, start, size);
    if (id === "data") {
      if (!format) throw new Error("the data chunk comes before the fmt chunk");
      return readSamples(view, start, declared === 0 ? bytes.length - start : size, format);
    }
    at = start + declared + (declared & 1);
  }
  throw new Error("no data chunk");
}

function readFormat(view, start, size) {
  if (size < 16) throw new Error("the fmt chunk is too short");
  let tag = view.getUint16(start, true);
  if (tag === EXTENSIBLE && size >= 26) tag = view.getUint16(start + 24, true);
  const format = {
    tag,
    channelCount: view.getUint16(start + 2, true),
    sampleRate: view.getUint32(start + 4, true),
    blockAlign: view.getUint16(start + 12, true),
    bits: view.getUint16(start + 14, true),
  };
  if (format.tag !== PCM && format.tag !== FLOAT) throw new Error(`WAV codec ${tag} is not PCM`);
  if (!format.channelCount || !format.sampleRate) throw new Error("no channels or no sample rate");
  return format;
}

function readSamples(view, start, size, format) {
  const reader = READERS[`${format.tag}/${format.bits}`];
  if (!reader) throw new Error(`${format.bits}-bit samples are not supported`);
  const width = format.bits / 8;
  const frame = format.blockAlign || width * format.channelCount;
  const count = Math.floor(size / frame);
  const channels = Array.from({ length: format.channelCount }, () => new Float32Array(count));
  channels.forEach((samples, channel) => {
    for (let i = 0; i < count; i++) samples[i] = reader.read(view, start + i * frame + channel * width);
  });
  return { channels, sampleRate: format.sampleRate, codec: reader.codec };
}

/**
 * A 16-bit PCM WAV file.
 * @param {Float32Array[]} channels
 * @param {number} sampleRate
 */
export function writeWav(channels, sampleRate = 16000) {
  const count = channels[0].length;
  const frame = channels.length * 2;
  const bytes = new Uint8Array(44 + count * frame);
  const view = new DataView(bytes.buffer);
  const text = (at, value) => bytes.set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frame, true);
  view.setUint16(32, frame, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, count * frame, true);
  channels.forEach((samples, channel) => {
    for (let i = 0; i < count; i++) {
      const clipped = Math.max(-1, Math.min(1, samples[i]));
      view.setInt16(44 + i * frame + channel * 2, Math.round(clipped * 32767), true);
    }
  });
  return bytes;
}

function ascii(bytes, at) {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
