// What the results and errors of the AI SDK tell of a call's answers, noted down where they come in.

type Fetch = (request: Request) => Promise<Response>;

/** The last request of a call, and the head of its answer. */
export interface Recorded {
  /** Scheme and host: the rest of an address may be somebody's secret. */
  origin?: string;
  headers?: Headers;
}

/** Sends requests by `send`, and notes down what came of the last. */
export function recorder(send: Fetch | undefined): { recorded: Recorded; fetch: Fetch } {
  const recorded: Recorded = {};
  const fetch: Fetch = async (request) => {
    recorded.origin = new URL(request.url).origin;
    delete recorded.headers;
    const response = await (send ? send(request) : globalThis.fetch(request));
    recorded.headers = response.headers;
    return response;
  };
  return { recorded, fetch };
}
