// Opens a microphone.

import { deviceError, MicrophoneError } from "./errors.js";
import { Microphone } from "./microphone.js";
import { checked, type MicrophoneOptions } from "./options.js";
import type { CaptureOptions } from "./worklet.js";
import { loadWorklet } from "./worklet-module.js";

const CHUNKS_A_SECOND = 20;

/** Longer than any device took to open: with Firefox, two seconds pass before sound comes. */
const PATIENCE_MS = 10_000;

/**
 * Opens a microphone, after the browser has asked for leave where that was not given. Settles when sound comes, and with
 * the first of it: what is said from the moment on that the state is `"open"` is not lost. Fails with a `MicrophoneError`.
 *
 * ```ts
 * const microphone = await openMicrophone();
 * for await (const samples of microphone) live.send(samples);
 * ```
 *
 * Call it when somebody presses a button: browsers let no sound begin before that.
 */
export async function openMicrophone(options: MicrophoneOptions = {}): Promise<Microphone> {
  const { stream: given, workletURL, signal, sampleRate = 16_000, onLevel, onState, ...device } = checked(options);
  if (signal?.aborted) throw aborted(signal);
  expectSupport();
  // Made at once, while the press of the button counts; the script comes while the person is asked.
  const context = newContext();
  let own: MediaStream | undefined;
  try {
    const asking = given ? undefined : getStream(device);
    const loading = loadWorklet(context.audioWorklet, workletURL);
    loading.catch(() => {}); // It is waited for below.
    if (asking) own = await unlessAborted(asking, signal, stop);
    const stream = given ?? (own as MediaStream);
    await unlessAborted(loading, signal);
    const node = new AudioWorkletNode(context, "dashscope-asr-capture", {
      ...{ channelCount: 1, channelCountMode: "explicit" },
      processorOptions: { sampleRate, length: Math.round(sampleRate / CHUNKS_A_SECOND) } satisfies CaptureOptions,
    });
    const microphone = new Microphone({ stream, isOwn: !given, context, node, sampleRate, onLevel, onState, signal });
    // What leads nowhere is not worked on by every browser; what comes out is silence.
    context.createMediaStreamSource(stream).connect(node).connect(context.destination);
    void context.resume().catch(() => {});
    await soundOf(microphone, context, signal);
    return microphone;
  } catch (error) {
    if (own) stop(own);
    if (context.state !== "closed") void context.close().catch(() => {});
    throw error instanceof MicrophoneError ? error : deviceError(error);
  }
}

function newContext(): AudioContext {
  try {
    return new AudioContext();
  } catch (thrown) {
    throw deviceError(thrown);
  }
}

function getStream({ deviceId, ...processing }: MicrophoneOptions): Promise<MediaStream> {
  const device = deviceId ? { deviceId: { exact: deviceId } } : {};
  const audio = { ...device, ...processing, channelCount: { ideal: 1 } } as MediaTrackConstraints;
  return navigator.mediaDevices.getUserMedia({ audio });
}

function expectSupport(): void {
  const { isSecureContext, location } = globalThis as { isSecureContext?: boolean; location?: Location };
  if (isSecureContext === false) {
    const advice = "browsers give microphones to pages of https: and of localhost only";
    throw new MicrophoneError("insecure_context", `${advice}, and this one is of ${location?.origin}`);
  }
  const { navigator, AudioWorkletNode } = globalThis as { navigator?: Navigator; AudioWorkletNode?: unknown };
  if (!navigator?.mediaDevices?.getUserMedia || !AudioWorkletNode) {
    const problem = "there is no microphone here; it takes a page, not a worker, in a browser with AudioWorklet";
    throw new MicrophoneError("not_supported", problem);
  }
}

async function soundOf(microphone: Microphone, context: AudioContext, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([microphone.heard, late]);
  clearTimeout(timer);
  if (signal?.aborted) throw aborted(signal);
  if (microphone.state === "lost") throw new MicrophoneError("microphone_busy", "the microphone went away at once");
  if (context.state === "running" || microphone.state === "open") return;
  microphone.close();
  const problem = "the browser lets no sound begin; open the microphone when somebody presses a button on the page";
  throw new MicrophoneError("sound_blocked", problem);
}

/** The work, or the failure as soon as it is called off; what comes of the work after that is put away. */
async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  putAway?: (late: T) => void,
): Promise<T> {
  if (!signal) return work;
  let abort: (() => void) | undefined;
  const abandoned = new Promise<never>((_, reject) => {
    abort = () => {
      work.then(putAway, () => {});
      reject(aborted(signal));
    };
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    if (abort) signal.removeEventListener("abort", abort);
  }
}

function aborted(signal: AbortSignal): MicrophoneError {
  return new MicrophoneError("aborted", "the opening of the microphone was aborted", { cause: signal.reason });
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
