// Waiting until the microphone really hears.

/** Short enough to wait for; a browser's timer for pieces is not finer. */
const SLICE_MS = 100;

/** Longer than any device took to open. Where no piece comes by then (WebKitGTK), the recorder's own word has to do. */
const PATIENCE_MS = 2500;

/**
 * Settles when the microphone gives sound, which a recorder's `start` event does not tell: Firefox 140 sends it 10 ms after it was asked
 * and keeps nothing of the next 600 to 1900 ms, until the device has opened. Its pieces, though, are cut by the time of the sound,
 * so a first piece, whatever is in it, means that sound has come. The piece is that of a recorder of its own, because
 * short pieces make Firefox hold back five seconds of sound, which a crash would cost.
 */
export async function firstSound(stream: MediaStream, signal: AbortSignal): Promise<void> {
  const recorder = new MediaRecorder(stream);
  try {
    await new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      recorder.addEventListener("dataavailable", () => resolve(), { once: true });
      recorder.addEventListener("error", () => resolve(), { once: true });
      setTimeout(resolve, PATIENCE_MS);
      recorder.start(SLICE_MS);
    });
  } finally {
    if (recorder.state !== "inactive") recorder.stop();
  }
  // A recorder whose microphone goes away ends with a piece, too.
  if (!stream.active) throw new DOMException("The microphone went away before there was any sound.", "AbortError");
}
