// Live transcription of a microphone as a hook.

import { useEffect, useMemo, useRef, useState } from "react";
import type { LiveCallOptions, Transcript } from "../api.js";
import type { LiveClient } from "../recorder.js";

/** Whom it asks, and how. */
export interface LiveHookOptions extends LiveCallOptions {
  /** A client: a `Transcriber` with a temporary token, or with a relay that passes on WebSockets. */
  readonly asr: { live(options?: LiveCallOptions): LiveClient };
  /** The id of the microphone; without it, the default one. */
  readonly deviceId?: string | undefined;
}

/** What it is now. */
export interface LiveHookState {
  /** `"starting"`: the microphone opens. `"finishing"`: the last words are on their way. */
  readonly phase: "idle" | "starting" | "live" | "finishing" | "done";
  /** All that was heard so far. */
  readonly text: string;
  /** In the phase `"done"`, all that the service told. */
  readonly transcript: Transcript | undefined;
  /** Why it has ended: an `AsrError`, or a `MicrophoneError`. */
  readonly error: Error | undefined;
}

/** What it is, and what can be done with it. */
export interface LiveHook extends LiveHookState {
  /** Opens the microphone, when somebody presses a button; one at a time. */
  readonly start: () => Promise<void>;
  /** Closes it; the last words follow. */
  readonly stop: () => void;
}

const NOTHING: LiveHookState = { phase: "idle", text: "", transcript: undefined, error: undefined };

/**
 * Words while somebody speaks, for as long as the component is there.
 *
 * ```tsx
 * const { phase, text, start, stop } = useLive({ asr, languageHints: ["en"] });
 * return <button onClick={phase === "live" ? stop : start}>{text || "Speak"}</button>;
 * ```
 */
export function useLive(options: LiveHookOptions): LiveHook {
  const [state, setState] = useState(NOTHING);
  const given = useRef(options);
  const session = useRef<Session | undefined>(undefined);

  useEffect(() => {
    given.current = options;
  });
  // What is under way when the component goes, goes with it.
  useEffect(() => () => session.current?.close(), []);

  const actions = useMemo(
    () => ({
      async start() {
        if (session.current?.isOpen) return;
        const begun = new Session(given.current, setState);
        session.current = begun;
        await begun.run();
      },
      stop: () => session.current?.stop(),
    }),
    [],
  );
  return { ...state, ...actions };
}

/** One microphone, from its opening to the last word. */
class Session {
  readonly #options: LiveHookOptions;
  readonly #tell: (state: LiveHookState) => void;
  readonly #closing = new AbortController();
  #microphone: { close(): void } | undefined;
  #state = NOTHING;

  constructor(options: LiveHookOptions, tell: (state: LiveHookState) => void) {
    this.#options = options;
    this.#tell = tell;
  }

  get isOpen(): boolean {
    return !this.#closing.signal.aborted && this.#state.phase !== "done" && this.#state.error === undefined;
  }

  async run(): Promise<void> {
    const { asr, deviceId, ...options } = this.#options;
    const { signal } = this.#closing;
    this.#set({ phase: "starting" });
    try {
      const { openMicrophone } = await import("../microphone.js");
      const microphone = await openMicrophone({ deviceId, signal });
      this.#microphone = microphone;
      const live = asr.live({ ...options, signal });
      this.#set({ phase: "live" });
      const showing = this.#show(live);
      // `finish` tells the same.
      showing.catch(() => {});
      for await (const samples of microphone) live.send(samples);
      this.#set({ phase: "finishing" });
      const transcript = await live.finish();
      this.#set({ phase: "done", text: transcript.text, transcript });
    } catch (thrown) {
      this.#microphone?.close();
      this.#set({ phase: "idle", error: thrown instanceof Error ? thrown : new Error(String(thrown)) });
    }
  }

  stop(): void {
    if (this.#microphone) this.#microphone.close();
    else this.close();
  }

  close(): void {
    const { phase } = this.#state;
    if (phase === "starting") this.#set({ phase: "idle" });
    this.#closing.abort();
    this.#microphone?.close();
  }

  async #show(live: LiveClient): Promise<void> {
    for await (const event of live) {
      if (event.type === "partial" || event.type === "final") this.#set({ text: event.text });
    }
  }

  #set(change: Partial<LiveHookState>): void {
    if (this.#closing.signal.aborted) return;
    this.#state = { ...this.#state, ...change };
    this.#tell(this.#state);
  }
}
