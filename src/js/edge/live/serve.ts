// A caller's WebSocket and the service's, joined: what passes has been understood, and each ends with the other.

import type { RelayLiveGate, RelayPlan } from "../../../../target/js/relay-glue.js";
import { admit, count } from "../admission.js";
import type { Incoming } from "../incoming.js";
import { callRelay } from "../policy.js";
import { parsed, RefusalError, refusal } from "../refusal.js";
import { accept } from "./accept.js";
import { dial } from "./dial.js";
import type { RelaySocket } from "./socket.js";

/** So much may wait for a slow reader: then nothing more is read for it, or, where a runtime cannot stop reading, it is given up. */
const HIGH = 1 << 20;
const MOST_WAITING = 24 << 20;

/** Answers the request for a socket. What is wrong is said over it, because pages are told nothing of a refused handshake. */
export async function serveSocket<Env>(incoming: Incoming<Env>, plan: RelayPlan): Promise<Response> {
  const { facts, policy } = incoming;
  facts.model = plan.model;
  let caller = "";
  let key = "";
  let upstream: RelaySocket | undefined;
  let problem: RefusalError | undefined;
  try {
    caller = await admit(incoming, plan);
    facts.caller = caller || undefined;
    await count(incoming, caller, true);
    key = await incoming.apiKey();
    upstream = await dial(incoming, plan.socket ?? "", key);
  } catch (error) {
    if (error instanceof Response) throw error;
    problem = asRefusal(error);
  }
  let accepted: Awaited<ReturnType<typeof accept>>;
  try {
    accepted = await accept(incoming.arrived, incoming.context);
  } catch (error) {
    upstream?.close(1000, "");
    throw problem ?? error;
  }
  const gate = policy.liveGate(plan.route ?? "", now());
  const conversation = new Conversation(incoming, { caller, key, gate }, accepted.socket, upstream);
  conversation.begin(problem);
  incoming.isSocket = true;
  return accepted.response;
}

const now = () => Date.now();

/** Words of others stay here, as in every answer. */
function asRefusal(error: unknown): RefusalError {
  if (error instanceof RefusalError) return error;
  console.error("the relay failed", error);
  return refusal(500, "InternalError", "The relay failed: its log has the reason.");
}

class Conversation<Env> {
  readonly #incoming: Incoming<Env>;
  readonly #caller: string;
  readonly #key: string;
  readonly #gate: RelayLiveGate;
  readonly #socket: RelaySocket;
  readonly #upstream: RelaySocket | undefined;
  #bytes = 0;
  #isOver = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    incoming: Incoming<Env>,
    { caller, key, gate }: { caller: string; key: string; gate: RelayLiveGate },
    socket: RelaySocket,
    upstream: RelaySocket | undefined,
  ) {
    this.#incoming = incoming;
    this.#caller = caller;
    this.#key = key;
    this.#gate = gate;
    this.#socket = socket;
    this.#upstream = upstream;
  }

  begin(problem: RefusalError | undefined): void {
    this.#socket.listen({
      message: (data) => this.#guarded(() => this.#said(data)),
      closed: () => this.#over(101),
    });
    this.#upstream?.listen({
      message: (data) => this.#guarded(() => this.#heard(data)),
      closed: (code, reason) => this.#gone(code, reason),
    });
    if (problem || !this.#upstream) this.#refuse(problem ?? refusal(500, "InternalError", "The relay failed."));
    else this.#wind();
  }

  #guarded(work: () => void): void {
    if (this.#isOver) return;
    try {
      work();
    } catch (error) {
      this.#refuse(asRefusal(error));
    }
  }

  /** The caller has said something. */
  #said(data: string | Uint8Array<ArrayBuffer>): void {
    const gate = this.#gate;
    const isText = typeof data === "string";
    const problem = parsed(callRelay(() => (isText ? gate.text(data, now()) : gate.binary(data.length, now()))));
    if (problem) throw problem;
    this.#bytes += data.length;
    pass(data, this.#socket, this.#upstream!);
    for (let due = callRelay(() => gate.due(now())); due > 0; due--) {
      count(this.#incoming, this.#caller, true).catch((error) => this.#refuse(asRefusal(error)));
    }
  }

  /** The service has said something; it says nothing in bytes. */
  #heard(data: string | Uint8Array<ArrayBuffer>): void {
    if (typeof data !== "string") throw refusal(502, "ServiceUnavailable", "The speech service sent no text.");
    callRelay(() => this.#gate.heard(data));
    pass(withoutKey(data, this.#key), this.#upstream!, this.#socket);
  }

  #gone(code: number, reason: string): void {
    if (this.#isOver) return;
    const isSaid = (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
    if (isSaid) this.#socket.close(code, asReason(withoutKey(reason, this.#key)));
    else this.#socket.close(1011, "The speech service has broken the connection.");
    this.#over(101);
  }

  /** Whatever is said moves the deadline on, so the timer looks again when it strikes, and is not wound for each message. */
  #wind(): void {
    clearTimeout(this.#timer);
    const late = () =>
      this.#guarded(() => {
        const problem = parsed(callRelay(() => this.#gate.late(now())));
        if (problem) this.#refuse(problem);
        else this.#wind();
      });
    this.#timer = setTimeout(late, Math.max(1, callRelay(() => this.#gate.deadline) - now()));
  }

  #refuse({ refused: { status, code, message } }: RefusalError): void {
    if (this.#isOver) return;
    this.#incoming.facts.code = code;
    this.#socket.send(callRelay(() => this.#gate.told(code, message)));
    this.#socket.close(
      callRelay((glue) => glue.closeCode(status)),
      asReason(message),
    );
    this.#over(status);
  }

  /** Both are let go, and the operator is told. */
  #over(status: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#socket.close(1000, "");
    this.#upstream?.close(1000, "");
    const { facts } = this.#incoming;
    facts.bytes = this.#bytes;
    facts.model ??= callRelay(() => this.#gate.model);
    facts.seconds = callRelay(() => this.#gate.seconds);
    callRelay(() => this.#gate.free());
    this.#incoming.tell(status);
  }
}

/** Passes a message on; while too much waits, nothing more is read. */
function pass(data: string | Uint8Array<ArrayBuffer>, from: RelaySocket, to: RelaySocket): void {
  to.send(data);
  const waiting = to.waiting ?? 0;
  if (waiting > HIGH && from.hold && to.drained) {
    from.hold((goOn) => to.drained?.(goOn));
  } else if (waiting > MOST_WAITING) {
    throw refusal(429, "Throttling.RateQuota", "The other end reads too slowly.");
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The same text, should an upstream repeat the key in it. */
function withoutKey(text: string, key: string): string {
  return callRelay((glue) => {
    const watch = new glue.AnswerWatch(key, false);
    const bytes = [watch.push(encoder.encode(text)), watch.finish()];
    watch.free();
    return bytes.map((piece) => decoder.decode(piece)).join("");
  });
}

/** Reasons have at most 123 bytes (https://www.rfc-editor.org/rfc/rfc6455#section-5.5). */
function asReason(text: string): string {
  return text.replaceAll(/[^ -~]/g, "?").slice(0, 120);
}
