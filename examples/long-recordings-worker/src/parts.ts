// Which parts of an upload have arrived.
import type { Environment } from "./environment.ts";
import { keyOf, type Upload } from "./notes.ts";

/** The bucket does not list parts to Workers, so each has a note, with its ETag. */
export async function partsOf(env: Environment, id: string): Promise<R2UploadedPart[]> {
  const prefix = keyOf(id, "parts/");
  const parts: R2UploadedPart[] = [];
  for (let cursor: string | undefined; ; ) {
    const include = ["customMetadata"] as ["customMetadata"];
    const page = await env.RECORDINGS.list({ prefix, include, ...(cursor && { cursor }) });
    for (const { key, customMetadata } of page.objects) {
      parts.push({ partNumber: Number(key.slice(prefix.length)), etag: customMetadata?.etag ?? "" });
    }
    if (!page.truncated) return parts;
    cursor = page.cursor;
  }
}

export function missingParts(upload: Upload, parts: readonly R2UploadedPart[]): number[] {
  const present = new Set(parts.map(({ partNumber }) => partNumber));
  return Array.from({ length: upload.parts }, (_, index) => index + 1).filter((part) => !present.has(part));
}

export const partKey = (id: string, part: number) => keyOf(id, `parts/${String(part).padStart(4, "0")}`);
