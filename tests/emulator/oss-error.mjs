// The object store speaks XML.
import { STORE_ERRORS_BY_NAME, worded } from "./service-errors.mjs";

/**
 * @param {import("./exchange.mjs").Exchange} exchange
 * @param {keyof typeof STORE_ERRORS_BY_NAME} name
 * @param {{ status?: number, rule?: string }} [more] another status, what stands in its words
 */
export async function replyOssError(exchange, name, { status, ...values } = {}) {
  const known = STORE_ERRORS_BY_NAME[name];
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<Error>",
    `  <Code>${known.code}</Code>`,
    `  <Message>${worded(known.message, values)}</Message>`,
    `  <RequestId>${exchange.requestId}</RequestId>`,
    `  <HostId>${exchange.headers.host ?? ""}</HostId>`,
    "</Error>",
  ];
  await exchange.replyFromStore(status ?? known.status, `${lines.join("\n")}\n`);
}
