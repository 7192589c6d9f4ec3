// What stands in the place of page-decoders.ts where there is no page, and no WebCodecs.

/** Nor may it. */
export const mayDecode = () => false;

/** Nobody else reads headers here. */
export async function factsByPage(): Promise<undefined> {
  return undefined;
}

/** Nobody else decodes here. */
export async function decodedByPage(): Promise<undefined> {
  return undefined;
}
