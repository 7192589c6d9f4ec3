/** What the page may say to the service. Cookies, addresses and `authorization` are not in it. */
const REQUEST_HEADERS = [
  "accept",
  "content-type",
  "x-dashscope-async",
  "x-dashscope-ossresourceresolve",
  "x-dashscope-sse",
];

/** Lets the tests and a curious developer order trouble; only the emulator knows it. */
const EMULATOR_REQUEST_HEADERS = ["x-emulator-fault"];

/** What the service may say to the page. Its cookies, traces and server names stay here. */
const RESPONSE_HEADERS = ["content-type", "retry-after", "retry-after-ms", "x-request-id", "x-should-retry"];

export function requestHeaders(from: Headers, apiKey: string, isEmulator: boolean): Headers {
  const names = isEmulator ? [...REQUEST_HEADERS, ...EMULATOR_REQUEST_HEADERS] : REQUEST_HEADERS;
  const headers = pick(from, names);
  headers.set("authorization", `Bearer ${apiKey}`);
  return headers;
}

export function responseHeaders(from: Headers): Headers {
  return pick(from, RESPONSE_HEADERS);
}

/** For a page of another origin: what it may send and see. */
export const CROSS_ORIGIN_REQUEST_HEADERS = REQUEST_HEADERS.join(", ");
export const CROSS_ORIGIN_RESPONSE_HEADERS = RESPONSE_HEADERS.join(", ");

function pick(from: Headers, names: readonly string[]): Headers {
  const picked = new Headers();
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) picked.set(name, value);
  }
  return picked;
}
