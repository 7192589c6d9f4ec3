// A streaming body whose length the other side is told: object stores, and not they alone, take no chunks.

/** What makes of a stream a body with a length. */
type Stream = ReadableStream<Uint8Array>;

/**
 * The body for a request. Workers know the length of a `FixedLengthStream`, Node and Bun believe the header; Deno sends every stream in
 * chunks, whatever the header says, so there it is held in memory first.
 */
export async function sizedBody(body: Stream, length: number, headers: Headers): Promise<BodyInit> {
  if ("Deno" in globalThis) return new Response(body).blob();
  if (!("FixedLengthStream" in globalThis)) headers.set("content-length", String(length));
  return body;
}
