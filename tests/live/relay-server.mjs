// A relay on Node's http, as a program that can be killed: node relay-server.mjs <environment as JSON>
import { createServer } from "node:http";
import { createRelay, toNodeHandler, toNodeUpgradeHandler } from "dashscope-asr/edge";

const { port = 0, upstream, origins, secret } = JSON.parse(process.argv[2]);
const relay = createRelay({
  apiKey: "sk-test",
  baseURL: upstream,
  origins,
  authorize: (request) => request.headers.get("authorization") === "Bearer ana" && { caller: "ana" },
  pageTokenSecret: secret,
  temporaryTokens: 60,
  limits: { perMinute: 100_000 },
  onEvent: (event) => console.log(JSON.stringify(event)),
});
const server = createServer(toNodeHandler(relay));
server.on("upgrade", toNodeUpgradeHandler(relay));
server.listen(port, "127.0.0.1", () => console.log(`port ${server.address().port}`));
