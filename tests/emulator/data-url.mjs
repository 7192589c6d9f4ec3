// Reading `data:audio/webm;base64,…`.

/**
 * @param {string} url
 * @returns {{ mediaType: string, bytes: Buffer } | undefined} undefined when it is no base64 data URL
 */
export function readDataUrl(url) {
  if (!/^data:/i.test(url)) return undefined;
  const comma = url.indexOf(",");
  const head = url.slice(5, comma);
  if (comma < 0 || !/;base64$/i.test(head)) return undefined;
  const encoded = url.slice(comma + 1);
  // Buffer skips what it does not know; a broken encoding has to be noticed.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 === 1) return undefined;
  return { mediaType: head.slice(0, -";base64".length), bytes: Buffer.from(encoded, "base64") };
}
