// Temporary files: the policy from the service, the form post at the object store (here on the same port, path /).
import { MalformedForm, readForm } from "../form-data.mjs";
import { replyOssError } from "../oss-error.mjs";
import { sha256 } from "../request-log.mjs";
import { wrongParameter } from "../service-error.mjs";
import { ACCESS_KEY_ID, issuePolicy, readPolicy, signatureOf } from "../upload-policy.mjs";

/** @type {import("./all.mjs").Route} */
export const uploadPolicy = {
  methods: ["GET"],
  path: /^\/api\/v1\/uploads$/,
  async handle(exchange) {
    const { url, headers, account, faults, requestId } = exchange;
    if (url.searchParams.get("action") !== "getPolicy") throw wrongParameter("action");
    const model = url.searchParams.get("model");
    if (!model) throw wrongParameter("model");
    const host = headers.host ? `http://${headers.host}` : account.url;
    const { directory, data } = issuePolicy(host, faults.has("policy-expired"));
    account.objects.openDirectory(directory, model);
    await exchange.reply(200, { data, request_id: requestId });
  },
};

/** @type {import("./all.mjs").Route} */
export const objectPost = {
  methods: ["POST"],
  path: /^\/$/,
  open: true,
  async handle(exchange) {
    const { headers, body, entry, account } = exchange;
    let parts;
    try {
      parts = readForm(body, String(headers["content-type"] ?? ""));
    } catch (cause) {
      if (!(cause instanceof MalformedForm)) throw cause;
      account.log(`no form: ${cause.message}`);
      return replyOssError(exchange, "bad-form");
    }
    const at = parts.findIndex((part) => part.name === "file");
    // What comes after the file is not looked at.
    const fields = Object.fromEntries(
      parts.slice(0, at < 0 ? undefined : at).map((part) => [part.name, part.content.toString("utf8")]),
    );
    const file = parts[at];
    entry.body = {
      fields: parts.map((part) => part.name),
      values: fields,
      ...(file && {
        file: {
          name: file.fileName,
          mediaType: file.contentType,
          bytes: file.content.length,
          sha256: sha256(file.content),
        },
      }),
    };
    const refusal = refusalOf(fields, file, account.objects);
    if (refusal) return replyOssError(exchange, ...refusal);
    account.objects.put(fields.key, new Uint8Array(file.content));
    await exchange.replyFromStore(Number(fields.success_action_status) === 200 ? 200 : 204, "");
  },
};

/** @returns {[name: keyof typeof import("../service-errors.mjs").STORE_ERRORS_BY_NAME, more?: { rule: string }] | undefined} */
function refusalOf(fields, file, objects) {
  if (!file) return ["no-file"];
  if (!fields.policy || !fields.Signature || !fields.OSSAccessKeyId) {
    return ["anonymous"];
  }
  if (fields.OSSAccessKeyId !== ACCESS_KEY_ID) return ["unknown-key-id"];
  if (signatureOf(fields.policy) !== fields.Signature) return ["wrong-signature"];
  const { expiration, conditions } = readPolicy(fields.policy);
  if (Date.parse(expiration) < Date.now()) return ["policy-expired"];
  for (const condition of conditions) {
    const broken = Array.isArray(condition) ? brokenRule(condition, fields, file) : brokenEquality(condition, fields);
    if (broken) return broken;
  }
  if (objects.has(fields.key)) return ["object-exists"];
  return undefined;
}

/** @param {any[]} rule @returns {ReturnType<typeof refusalOf>} */
function brokenRule([rule, first, second], fields, file) {
  if (rule === "content-length-range" && (file.content.length < first || file.content.length > second)) {
    return ["too-large"];
  }
  if (rule === "starts-with" && !fields[first.slice(1)]?.startsWith(second)) {
    return ["policy-broken", { rule: `["starts-with", "${first}", "${second}"]` }];
  }
  return undefined;
}

/** @returns {[name: keyof typeof import("../service-errors.mjs").STORE_ERRORS_BY_NAME, more?: { rule: string }] | undefined} */
function brokenEquality(condition, fields) {
  const [[name, value]] = Object.entries(condition);
  if (name === "bucket" || fields[name] === value) return undefined;
  return ["policy-broken", { rule: `["eq", "$${name}", "${value}"]` }];
}
