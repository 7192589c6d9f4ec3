// Whether the disk has room for what is still to come.

import { BYTES_PER_SECOND } from "./recorder.js";

/** What browsers write of their own beside the bytes, and what else a site may put there meanwhile. */
const MARGIN = 2;

/** False where the browser says that so many seconds do not fit any more. Where it says nothing, nobody knows better. */
export async function hasRoomFor(seconds: number): Promise<boolean> {
  const { quota, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  return quota === undefined || quota - usage >= seconds * BYTES_PER_SECOND * MARGIN;
}
