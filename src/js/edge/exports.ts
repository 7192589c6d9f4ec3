// What `dashscope-asr/edge` exports.

export { createRelay } from "./create-relay.js";
export { toNodeHandler } from "./node.js";
export { toNodeUpgradeHandler } from "./node-upgrade.js";
export type { Relay, RelayEvent, RelayLimits, RelayOptions, Verdict } from "./options.js";
export { createPageToken, type PageTokenOptions } from "./page-token.js";
