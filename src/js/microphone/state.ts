// What has become of a microphone, worked out of what is known of it.

/**
 * `"muted"`: the system, or a switch on the device, keeps the sound away; silence comes. `"lost"`: unplugged, or the permission
 * was taken back. After `"lost"` and `"closed"` nothing comes any more.
 */
export type MicrophoneState = "open" | "muted" | "paused" | "lost" | "closed";

/** What the browser and the caller have said. */
export interface Circumstances {
  readonly hasEnded: boolean;
  readonly isPaused: boolean;
  /** Sound has come, at least once. */
  readonly hasHeard: boolean;
  readonly isMuted: boolean;
  /** The browser works on sound. */
  readonly isRunning: boolean;
}

/** The state, and why it is so. */
export function stateOf(now: Circumstances): [state: Exclude<MicrophoneState, "closed">, reason: string] {
  if (now.hasEnded) return ["lost", "the microphone was unplugged, or the permission for it was taken back"];
  if (now.isPaused) return ["paused", "it was paused"];
  if (!now.hasHeard) return ["muted", "no sound has come yet"];
  if (now.isMuted) return ["muted", "the system, or a switch on the microphone, keeps the sound away"];
  if (!now.isRunning) return ["muted", "the browser has stopped the sound of this page"];
  return ["open", "it hears"];
}
