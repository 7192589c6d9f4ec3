// The relay's policy, which is Rust: made of the operator's options, and made anew if its instance dies.

import type {
  Glue,
  NamedValue,
  OpenAiForm,
  RelayGate,
  RelayLiveGate,
  RelayPlan,
  RelayPolicy,
  RequestHead,
} from "../../../target/js/relay-glue.js";
import * as source from "../../../target/js/relay-glue.js";
import { json, own } from "../data.js";
import { part } from "../instance.js";
import type { RelayOptions } from "./options.js";
import { parsed, RefusalError } from "./refusal.js";

const relay = part("relay", source);

/** A call into the policy's module. */
export function callRelay<T>(work: (glue: Glue) => T): T {
  return relay.call(work);
}

/** What an operator has allowed. */
export class Policy {
  readonly #settings: string;
  readonly #client: string;
  readonly #made = new WeakMap<Glue, RelayPolicy>();

  /** @throws InvalidOptionError when an option is unknown or has a wrong value. */
  constructor(options: RelayOptions<never>) {
    const { apiKey, baseURL, region, workspaceId, authorize, pageTokenSecret, onEvent, address, fetch, ...rest } =
      own(options);
    this.#settings = json(rest, "relay option");
    this.#client = json({ baseURL, region, workspaceId }, "relay option");
    this.#call(() => {});
  }

  #call<T>(work: (policy: RelayPolicy) => T): T {
    return callRelay((glue) => {
      let policy = this.#made.get(glue);
      if (!policy) {
        policy = new glue.RelayPolicy(this.#settings, this.#client);
        this.#made.set(glue, policy);
      }
      return work(policy);
    });
  }

  /** What is to be done with a request. */
  plan(head: RequestHead): RelayPlan {
    return JSON.parse(this.#call((policy) => policy.plan(JSON.stringify(head))));
  }

  /** The gate for the JSON of a route. */
  gate(route: string): RelayGate | undefined {
    return this.#call((policy) => policy.gate(route));
  }

  /** The gate for a WebSocket of a route. */
  liveGate(route: string, now: number): RelayLiveGate {
    return this.#call((policy) => policy.liveGate(route, now)) as RelayLiveGate;
  }

  /** What a request of the relay's own is for, by its method and path, if to the service. */
  ownRoute(method: string, path: string): string | undefined {
    return callRelay((glue) => glue.ownRoute(method, path));
  }

  /** Where the service is. */
  get upstream(): string {
    return this.#call((policy) => policy.upstream);
  }

  /** A store's address as it is asked, if it is. */
  storeUrl(url: string): string | undefined {
    return this.#call((policy) => policy.storeUrl(url));
  }

  openAiForm(type: string, length: number): OpenAiForm {
    return this.#call((policy) => policy.openAiForm(type, length));
  }

  upstreamUrl(route: string): string | undefined {
    return this.#call((policy) => policy.upstreamUrl(route));
  }

  /** Counts a call; the seconds to wait where it was one too many. */
  take(caller: string, costs: boolean): number | undefined {
    return this.#call((policy) => policy.take(caller, costs, Date.now()));
  }

  /** The refusal of a model that is not allowed at all. */
  refuseModel(model: string): RefusalError | undefined {
    return parsed(this.#call((policy) => policy.refuseModel(model)));
  }

  /** What of an answer goes out signed. */
  names(answer: Uint8Array): NamedValue[] {
    const names = JSON.parse(this.#call((policy) => policy.names(answer)));
    if (Array.isArray(names)) return names;
    throw new RefusalError(names.refusal);
  }

  /** What a caller may be told of it, as JSON. */
  capabilities(isCountedElsewhere: boolean): string {
    return this.#call((policy) => policy.capabilities(isCountedElsewhere));
  }

  /** The operator's workspace, where the host does not name it. */
  get workspace(): string | undefined {
    return this.#call((policy) => policy.workspace);
  }

  get bytes(): number {
    return this.#call((policy) => policy.bytes);
  }

  get tasksAreOpen(): boolean {
    return this.#call((policy) => policy.tasksAreOpen);
  }
}
