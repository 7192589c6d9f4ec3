/** Refusals of our own look like DashScope's, so that the client needs to understand only one shape. */
export function refusal(status: number, code: string, message: string, headers?: Record<string, string>): Response {
  const requestId = crypto.randomUUID();
  return Response.json(
    { code, message, request_id: requestId },
    { status, headers: { ...ANSWER_HEADERS, "x-request-id": requestId, ...headers } },
  );
}

/** On everything that leaves the edge function: answers are nobody else's business and never a document. */
export const ANSWER_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;
