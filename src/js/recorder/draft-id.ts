// Ids for recordings on disk.

/** 128 random bits. `crypto.randomUUID` is there on https pages only, and this page is also served within a LAN. */
export function newDraftId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
