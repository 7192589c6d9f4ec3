// A server in the place of the speech service, in a process of its own: it counts what arrives, keeps nothing of it, and answers. Its tasks
// have ended before anybody asks.
import { createServer } from "node:http";

const ANSWER = '{"output":{"choices":[{"message":{"content":[{"text":"Ask not."}]},"finish_reason":"stop"}]}}';

const TASK = { task_id: "0f8c3a52-7a41-4d6e-9b1e-3c5d7e9f1a2b", task_status: "SUCCEEDED" };
const RESULT = '{"transcripts":[{"channel_id":0,"text":"Ask not.","sentences":[]}]}';

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://service");
  const here = (path) => `http://127.0.0.1:${server.address().port}${path}`;
  const json = { "content-type": "application/json" };
  const answer = (body) => response.writeHead(200, json).end(typeof body === "string" ? body : JSON.stringify(body));
  if (pathname.includes("/tasks/"))
    return answer({ output: { ...TASK, result: { transcription_url: here("/result") } } });
  if (pathname === "/result") return answer(RESULT);
  // What asks for an upload is told to leave it here.
  const upload = {
    ...{ policy: "p", signature: "s", upload_dir: "d", upload_host: here("/store"), oss_access_key_id: "k" },
    ...{ x_oss_object_acl: "private", x_oss_forbid_overwrite: "true" },
  };
  if (request.method === "GET") return answer({ data: upload });
  if (pathname.endsWith("/transcription")) return answer({ output: { ...TASK, task_status: "PENDING" } });
  let bytes = 0;
  request.on("data", (chunk) => {
    bytes += chunk.length;
  });
  request.on("error", () => {});
  request.on("end", () => response.writeHead(200, { ...json, "x-request-id": `bytes-${bytes}` }).end(ANSWER));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
