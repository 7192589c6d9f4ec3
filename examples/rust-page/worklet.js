// Hands on what a microphone hears, on the thread of the audio.
registerProcessor(
  "samples",
  class extends AudioWorkletProcessor {
    process([[samples]]) {
      if (samples) this.port.postMessage(samples.slice());
      return true;
    }
  },
);
