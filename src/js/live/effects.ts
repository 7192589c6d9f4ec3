// What a live transcription does: sockets, timers, the queue of events. What is done when is decided in Rust (src/live). It goes
// with the part `live`, so it imports types only, and gets from the entry what must not be there twice.

import type { Transcript } from "../../../target/js/glue.js";
import type { Glue } from "../../../target/js/live-glue.js";
import type { Client } from "../call.js";
import type { AsrError, ErrorCode } from "../errors.js";
import type { LiveEvent } from "../live-events.js";
import { askForToken, openSocket, Refused, type Socket, type Way } from "./socket.js";

/** What the entry has. */
export interface LiveTools {
  call<T>(work: (glue: Glue) => T): T;
  toError(thrown: unknown, key?: string): AsrError;
  failure(code: ErrorCode, message: string, ...cause: [thrown?: unknown]): AsrError;
}

type Session = InstanceType<Glue["LiveSession"]>;

/** One live transcription, under way. */
export class LiveEffects {
  readonly #client: Client;
  readonly #tools: LiveTools;
  readonly #session: Session;
  #socket: Socket | undefined;
  /** Which connection is the present one: what comes of others is not heard. */
  #connection = 0;
  #key: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #events: LiveEvent[] = [];
  #wanted: (() => void)[] = [];
  #over = false;
  #error: AsrError | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #tokenURL: string | undefined;
  readonly #transcript: Promise<Transcript>;
  #resolve!: (transcript: Transcript) => void;
  #reject!: (error: AsrError) => void;

  constructor(
    client: Client,
    options: string,
    { signal, tokenURL }: { signal: AbortSignal | undefined; tokenURL: string | undefined },
    tools: LiveTools,
  ) {
    this.#client = client;
    this.#tools = tools;
    this.#transcript = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#transcript.catch(() => {}); // whoever waits for it hears of it
    const seed = crypto.randomUUID().replaceAll("-", "");
    const now = performance.now();
    this.#session = tools.call((glue) => new glue.LiveSession(client.settings, options, seed, Math.random(), now));
    this.#signal = signal;
    this.#tokenURL = tokenURL;
    signal?.addEventListener("abort", this.#abort);
    globalThis.addEventListener?.("online", this.#online);
    this.#act();
    if (signal?.aborted) this.#abort();
  }

  /** A page is told when there is a network again; sockets from before may not know that they are dead. */
  readonly #online = () => this.tell("reconnect");

  readonly #abort = () => {
    const error = this.#tools.failure("aborted", "the live transcription was aborted", this.#signal?.reason);
    this.#end(error);
    this.#error = error;
  };

  send(audio: Float32Array | Int16Array | Uint8Array): void {
    this.#do((session, now) => session.send(audio, this.#inSocket, now));
  }

  tell(what: "pause" | "resume" | "reconnect"): void {
    this.#do((session, now) => session.tell(what, now));
  }

  commit(): void {
    this.#do((session, now) => session.commit(now));
  }

  setContext(options: string): void {
    this.#do((session) => session.setContext(options));
  }

  finish(): Promise<Transcript> {
    this.#do((session, now) => session.tell("finish", now));
    return this.#transcript;
  }

  close(): void {
    this.#end(this.#tools.failure("aborted", "the live transcription was closed before its end"));
  }

  get bufferedMs(): number {
    if (this.#over) return 0;
    return this.#call(() => this.#session.bufferedMs(this.#inSocket));
  }

  /** Bytes that the socket has taken and not sent. */
  get #inSocket(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** The next event; nothing at the end. */
  async next(): Promise<LiveEvent | undefined> {
    for (;;) {
      const event = this.#events.shift();
      if (event) return event;
      if (this.#error) throw this.#error;
      if (this.#over) return undefined;
      await new Promise<void>((resolve) => {
        this.#wanted.push(resolve);
      });
    }
  }

  #call<T>(work: () => T): T {
    return this.#tools.call(work);
  }

  /** Tells the machine something, and does what it asks for then. */
  #do(work: (session: Session, now: number) => void): void {
    if (this.#over) return;
    this.#call(() => work(this.#session, performance.now()));
    this.#act();
  }

  #act(): void {
    const actions = this.#call(() => this.#session.actions());
    for (const action of actions) {
      switch (action[0]) {
        case "connect":
          void this.#connect(action[1]);
          break;
        case "text":
        case "binary":
          this.#socket?.send(action[1]);
          break;
        case "close":
          this.#hangUp();
          break;
        case "probe":
          void this.#probe(action[1]);
          break;
        case "event":
          this.#emit(action[1]);
          break;
        case "done":
          this.#resolve(JSON.parse(action[1]) as Transcript);
          this.#end();
          return;
        case "fail": {
          const error = this.#tools.toError(action[1], this.#key);
          this.#end(Object.assign(error, action[2] && { unsentAudio: action[2] }));
          this.#error = error;
          return;
        }
      }
    }
    this.#wind();
  }

  #wind(): void {
    clearTimeout(this.#timer);
    const deadline = this.#call(() => this.#session.deadline);
    if (deadline === undefined) return;
    // Timers may come a little early.
    this.#timer = setTimeout(
      () => this.#do((session, now) => session.tell("wake", now)),
      Math.max(0, Math.ceil(deadline - performance.now())),
    );
  }

  #emit(json: string): void {
    const key = this.#key;
    const event = JSON.parse(key && key.length > 7 ? json.replaceAll(key, "(key)") : json) as LiveEvent;
    const last = this.#events.at(-1);
    // Where nobody has looked yet, the newer words stand for the older ones.
    if (event.type === "partial" && last?.type === "partial" && last.segment.id === event.segment.id)
      this.#events.pop();
    this.#events.push(event);
    this.#wake();
  }

  #wake(): void {
    const wanted = this.#wanted;
    this.#wanted = [];
    for (const resolve of wanted) resolve();
  }

  async #connect(url: string): Promise<void> {
    const connection = ++this.#connection;
    const isCurrent = () => connection === this.#connection && !this.#over;
    let socket: Socket;
    try {
      const { apiKey } = this.#client;
      const given = typeof apiKey === "function" ? await apiKey() : apiKey;
      this.#key = given === undefined ? undefined : String(given).trim();
      if (!isCurrent()) return;
      socket = await openSocket(await this.#way(url));
    } catch (thrown) {
      if (!isCurrent()) return;
      if (thrown instanceof Refused) {
        const { status, body } = thrown;
        this.#do((session) => session.probed(status, body));
        return this.#do((session, now) => session.closed(1006, thrown.message, now));
      }
      const message = "no WebSocket could be opened";
      const failed = this.#tools.toError(
        [JSON.stringify(facts(this.#tools.failure("connection_error", message, thrown))), undefined],
        this.#key,
      );
      return this.#do((session, now) => session.failed(failed, now));
    }
    if (!isCurrent()) return socket.close();
    this.#socket = socket;
    const listen = (name: string, listener: (event: never) => void) =>
      socket.addEventListener(name, (event: never) => {
        if (isCurrent()) listener(event);
      });
    let hasOpened = socket.readyState === 1;
    listen("open", () => {
      hasOpened = true;
      this.#do((session, now) => session.tell("opened", now));
    });
    listen("message", ({ data }: { data: unknown }) => {
      if (typeof data === "string") this.#do((session, now) => session.message(data, now));
    });
    listen("close", ({ code, reason }: { code: number; reason: string }) => {
      this.#socket = undefined;
      this.#do((session, now) => session.closed(code ?? 1006, reason ?? "", now));
    });
    listen("error", () => {
      // A close follows, but not in every runtime where the handshake was refused: Node 22 says no more than this.
      if (hasOpened && socket.readyState !== 3) return;
      this.#socket = undefined;
      this.#do((session, now) => session.closed(1006, "", now));
    });
    if (hasOpened) this.#do((session, now) => session.tell("opened", now));
  }

  /** How the socket is to be opened. */
  async #way(url: string): Promise<Way> {
    const { fetch, headers } = this.#client;
    const more = Object.fromEntries(headers.map(([name, value]) => [name, String(value)]));
    const [isDirect, model] = this.#call(() => [this.#session.isDirect, this.#session.model] as const);
    if (this.#tokenURL === undefined) return { url, key: this.#key, headers: more, isDirect };
    const credential = this.#key && { authorization: `Bearer ${this.#key}` };
    const given = await askForToken(this.#tokenURL, model, { ...more, ...credential }, fetch ?? globalThis.fetch);
    this.#key = given.token;
    return { url: given.url, key: given.token, headers: {}, isDirect: true };
  }

  /** A page cannot ask the service; elsewhere its answer tells what the socket has kept to itself. */
  async #probe(url: string): Promise<void> {
    const { fetch } = this.#client;
    try {
      const request = new Request(url, { headers: { Authorization: `Bearer ${this.#key}` }, redirect: "manual" });
      const response = await (fetch ?? globalThis.fetch)(request);
      const body = await response.text();
      this.#do((session) => session.probed(response.status, body));
    } catch {
      // The words that there are without it have to do.
    }
  }

  #hangUp(): void {
    this.#connection++;
    const socket = this.#socket;
    this.#socket = undefined;
    try {
      socket?.close(1000);
    } catch {
      // It is gone already.
    }
  }

  #end(error?: AsrError): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#abort);
    globalThis.removeEventListener?.("online", this.#online);
    this.#hangUp();
    try {
      this.#call(() => this.#session.free());
    } catch {
      // Its instance has died with it.
    }
    if (error) this.#reject(error);
    this.#wake();
  }
}

/** Of an error, what another one is made of. */
function facts({ code, message, retryable }: AsrError) {
  return { code, message, retryable };
}
