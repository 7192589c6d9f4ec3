// The relays on Node's own http, as a program of their own: node node-server.mjs <environment as JSON>

import { createServer } from "node:http";
import { toNodeHandler, toNodeUpgradeHandler } from "dashscope-asr/edge";
import { answer } from "./relays.mjs";

const environment = JSON.parse(process.argv[2]);
const server = createServer(toNodeHandler(answer, environment));
server.on("upgrade", toNodeUpgradeHandler(answer, environment));
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
