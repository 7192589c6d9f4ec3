// Which decoder the bytes call for. The label of a data URL plays no part: the service decodes what it is given, and so does
// the emulator. Only the formats of the service's own list are here. ffmpeg would guess at far more (pictures, playlists
// that make it open other files), so it is always told which one to use.

/** @typedef {"wav"|"matroska"|"ogg"|"mov"|"flac"|"amr"|"aiff"|"avi"|"flv"|"asf"|"mpeg"|"mpegts"|"mp3"|"aac"} Container */

import { isWav } from "./wav.mjs";

const text = (bytes, at, length) => String.fromCharCode(...bytes.subarray(at, at + length));
const begins = (bytes, ...values) => values.every((value, index) => bytes[index] === value);

/** First match wins; each line is one entry of the service's list of formats. @type {[Container, (b: Uint8Array) => boolean][]} */
const SIGNATURES = [
  ["wav", isWav], // RIFF, and RF64 and BW64 of more than 4 GB
  ["avi", (b) => text(b, 0, 4) === "RIFF" && text(b, 8, 4) === "AVI "],
  ["matroska", (b) => begins(b, 0x1a, 0x45, 0xdf, 0xa3)], // webm, mkv
  ["ogg", (b) => text(b, 0, 4) === "OggS"], // ogg, opus
  ["mov", (b) => ["ftyp", "moov", "mdat", "wide"].includes(text(b, 4, 4))], // mp4, m4a, mov
  ["flac", (b) => text(b, 0, 4) === "fLaC"],
  ["amr", (b) => text(b, 0, 5) === "#!AMR"],
  ["aiff", (b) => text(b, 0, 4) === "FORM" && text(b, 8, 3) === "AIF"],
  ["flv", (b) => text(b, 0, 3) === "FLV"],
  ["asf", (b) => begins(b, 0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11)], // wma, wmv
  ["mpeg", (b) => begins(b, 0x00, 0x00, 0x01, 0xba)],
  ["mpegts", (b) => b[0] === 0x47 && b[188] === 0x47],
  ["mp3", (b) => text(b, 0, 3) === "ID3"],
  // ADTS and MPEG audio share the sync word; the two layer bits tell them apart (zero means AAC).
  ["aac", (b) => b[0] === 0xff && (b[1] & 0xf6) === 0xf0],
  ["mp3", (b) => b[0] === 0xff && (b[1] & 0xe0) === 0xe0 && (b[2] & 0xf0) !== 0xf0],
];

/** @param {Uint8Array} bytes @returns {Container | undefined} */
export function containerOf(bytes) {
  return SIGNATURES.find(([, matches]) => matches(bytes))?.[0];
}
