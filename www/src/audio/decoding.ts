// From any file that the browser can play to samples.

/** The service listens at 16 kHz; the browser resamples while it decodes. */
export const SPEECH_SAMPLE_RATE = 16_000;

/**
 * Decodes whatever this browser can. An OfflineAudioContext needs neither a sound card nor a user gesture.
 */
export async function decode(blob: Blob): Promise<AudioBuffer> {
  const context = new OfflineAudioContext(1, 1, SPEECH_SAMPLE_RATE);
  return context.decodeAudioData(await blob.arrayBuffer());
}

export function channelsOf(buffer: AudioBuffer): Float32Array[] {
  return Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
}
