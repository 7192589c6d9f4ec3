// Two hosts: one that the caller has chosen and that answers with a redirect, and one that it leads to.
import { startUpstream } from "../edge/upstream.mjs";

/** The store's part of what the chosen host says; its policy and its result lead back to itself. */
const policy = (url) => ({
  policy: "p",
  signature: "s",
  upload_dir: "d",
  upload_host: `${url}/store`,
  max_file_size_mb: 100,
  oss_access_key_id: "k",
  x_oss_object_acl: "private",
  x_oss_forbid_overwrite: "true",
});

/** @param {number} status of the redirects */
export async function startRedirects(status) {
  const evil = await startUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end('{"output":{"task_id":"stolen"}}');
  });
  const chosen = await startUpstream(async (request, response) => {
    await request.whole;
    const { pathname } = new URL(request.url, chosen.url);
    const json = (value) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (pathname === "/api/v1/tasks/finished") {
      const result = { transcription_url: `${chosen.url}/store/result.json` };
      return json({ output: { task_id: "finished", task_status: "SUCCEEDED", result } });
    }
    if (pathname === "/stores/api/v1/uploads") return json({ data: policy(chosen.url) });
    const location = `${evil.url}/TOKEN?signature=1`;
    response.writeHead(status, { location, "content-type": "text/html" }).end("<html>moved</html>");
  });
  return {
    chosen: chosen.url,
    evilHost: new URL(evil.url).host,
    /** What arrived where nothing may arrive. */
    stolen: evil.requests,
    close: () => Promise.all([chosen.close(), evil.close()]),
  };
}
