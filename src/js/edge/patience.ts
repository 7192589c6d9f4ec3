// How long the relay waits, both ways. Without limits, whoever holds a connection open holds it for ever.

/** Milliseconds that a body may take before its bytes are counted, and those that each byte is good for: 64 kbit/s. */
const BODY_MS = 30_000;
const MS_PER_BYTE = 1 / 8;
/** Until the service begins to answer. A recording of five minutes that is not streamed takes about a minute. */
export const ANSWER_BEGINS_MS = 300_000;
/** Between two chunks of an answer. */
export const ANSWER_GOES_ON_MS = 120_000;

/** Until an answer has ended, however steadily it drips. */
export const ANSWER_ENDS_MS = 900_000;

/** Milliseconds in which a body of this length must be here. */
export function bodyMs(length: number): number {
  return BODY_MS + length * MS_PER_BYTE;
}

/** What comes first: the work, or, after so many milliseconds, this error. */
export async function within<T>(work: Promise<T>, ms: number, error: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), ms);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
