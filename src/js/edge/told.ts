// The end of an answer, which is when the operator is told of it.

import type { Incoming } from "./incoming.js";

/** The same answer; when its last byte has left, or its reader, the operator is told. */
export function watchedResponse<Env>(response: Response, incoming: Incoming<Env>): Response {
  const { status, headers, body } = response;
  if (!body || !incoming.options.onEvent) {
    incoming.tell(status);
    return response;
  }
  const reader = body.getReader();
  const flowing = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await reader.read();
          if (!done) return controller.enqueue(value);
          incoming.tell(status);
          controller.close();
        } catch (error) {
          incoming.tell(status);
          controller.error(error);
        }
      },
      async cancel(reason) {
        incoming.tell(status);
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(flowing, { status, headers });
}
