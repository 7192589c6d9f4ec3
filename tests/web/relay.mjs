// relay.mjs — a relay for the Rust tests in a page, which has another address than the emulator: it allows every site, and
// fetches results and takes uploads for them, as a page's relay has to. For tests only: it would fetch whatever it is told to.
import { createServer } from "node:http";

/** @param {string} emulator its address @returns {Promise<{ url: string, close(): void }>} */
export async function startRelay(emulator) {
  const server = createServer(async (request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*, authorization");
    response.setHeader("access-control-expose-headers", "*");
    if (request.method === "OPTIONS") return response.end();
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { origin, ...headers } = request.headers;
    for (const name of ["host", "connection", "content-length", "referer"]) delete headers[name];
    const given = new URL(request.url ?? "", emulator);
    const target = ["/result", "/upload"].includes(given.pathname) ? String(given.searchParams.get("url")) : given;
    try {
      const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
      const answer = await fetch(target, { method: request.method, headers, body, redirect: "manual" });
      response.statusCode = answer.status;
      for (const name of ["content-type", "x-request-id", "retry-after"]) {
        const value = answer.headers.get(name);
        if (value) response.setHeader(name, value);
      }
      for await (const chunk of answer.body ?? []) response.write(chunk);
    } catch {
      response.statusCode ||= 502;
      response.destroy();
    }
    response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
