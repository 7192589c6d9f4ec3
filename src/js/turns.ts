// Whose turn it is among the requests of one client. There are turns only while a long recording is under way, whose part brings
// them along.

/** A request's turn. */
export interface Turn {
  /** Settles when it may begin. */
  readonly begins: Promise<void>;
  /** The service has answered. */
  answered(status: number, headers: Headers): void;
  /** It is over, or nobody waits for it any more. */
  leave(): void;
}

/** Gives turns. */
export interface TurnGate {
  ask(): Turn;
}

/** Where the client's calls look for it. */
export interface TurnHolder {
  gate?: TurnGate | undefined;
}
