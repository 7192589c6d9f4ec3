// Files that the service downloads by their address, and clients that are asked about afterwards.
import { createServer } from "node:http";
import { audio } from "./service.mjs";

/** Nothing is queued: the first question after the work is done learns the end. */
export const AT_ONCE = "task-pending=0,task-running=0";

/** @param {Record<string, Uint8Array | number>} files by name: content, or the status of a refusal */
export async function startSite(files = {}) {
  const server = createServer((request, response) => {
    const file = files[decodeURIComponent(request.url.slice(1))] ?? audio;
    if (typeof file === "number") return response.writeHead(file).end();
    response.writeHead(200, { "content-type": "audio/wav", "content-length": file.length }).end(file);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    /** @param {string} name whatever is not among the files is the usual audio */
    url: (name) => `http://127.0.0.1:${server.address().port}/${name}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A `fetch` that answers by itself: `answer(request)` gives JSON, a Response or an error to throw; `sent` is what came. */
export function scriptedFetch(answer) {
  const sent = [];
  const fetch = async (request) => {
    const { method, url } = request;
    const text = await request.text();
    const kept = { method, url: new URL(url), headers: Object.fromEntries(request.headers), text };
    sent.push(kept);
    const given = await answer(kept, sent.length - 1);
    if (given instanceof Error) throw given;
    return given instanceof Response ? given : Response.json(given);
  };
  return { fetch, sent };
}
