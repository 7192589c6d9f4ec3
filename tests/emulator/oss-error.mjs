// The object store speaks XML.

const CODES = {
  AccessDenied: 403,
  SignatureDoesNotMatch: 403,
  InvalidAccessKeyId: 403,
  NoSuchKey: 404,
  InvalidArgument: 400,
  MalformedPOSTRequest: 400,
  FileAlreadyExists: 409,
  EntityTooLarge: 400,
  InternalError: 500,
};

/**
 * @param {import("./exchange.mjs").Exchange} exchange
 * @param {keyof typeof CODES | string} code
 * @param {string} message
 * @param {number} [status]
 */
export async function replyOssError(exchange, code, message, status = CODES[code] ?? 400) {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<Error>",
    `  <Code>${code}</Code>`,
    `  <Message>${message}</Message>`,
    `  <RequestId>${exchange.requestId}</RequestId>`,
    `  <HostId>${exchange.headers.host ?? ""}</HostId>`,
    "</Error>",
  ];
  await exchange.replyFromStore(status, `${lines.join("\n")}\n`);
}
