// The audio as the AI SDK hands it over.

import { InvalidAudioError } from "../api.js";

/** The bytes: of base64, too, in either alphabet. */
export function bytesOf(audio: Uint8Array | string): Uint8Array {
  if (typeof audio !== "string") return audio;
  try {
    return Uint8Array.from(atob(audio.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    const message = "audio: a text has to be base64";
    throw new InvalidAudioError({ code: "invalid_audio", message, retryable: false });
  }
}

/** What the SDK knows the bytes for. Of others it says WAV, which is known by its bytes, so that the word says nothing. */
export function declaredType(mediaType: string): string | undefined {
  return mediaType === "audio/wav" ? undefined : mediaType;
}
