// Temporary files: the policy from the service, the form post at the object store (here on the same port, path /).
import { MalformedForm, readForm } from "../form-data.mjs";
import { replyOssError } from "../oss-error.mjs";
import { sha256 } from "../request-log.mjs";
import { ServiceError } from "../service-error.mjs";
import { ACCESS_KEY_ID, issuePolicy, readPolicy, signatureOf } from "../upload-policy.mjs";

/** @type {import("./all.mjs").Route} */
export const uploadPolicy = {
  methods: ["GET"],
  path: /^\/api\/v1\/uploads$/,
  async handle(exchange) {
    const { url, headers, account, faults, requestId } = exchange;
    if (url.searchParams.get("action") !== "getPolicy")
      throw new ServiceError("InvalidParameter", "action must be getPolicy");
    const model = url.searchParams.get("model");
    if (!model) throw new ServiceError("InvalidParameter", "Required request parameter 'model' is not present");
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
      return replyOssError(
        exchange,
        "MalformedPOSTRequest",
        `The body of your POST request is not well-formed multipart/form-data. ${cause.message}`,
      );
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

/** @returns {[code: string, message: string] | undefined} */
function refusalOf(fields, file, objects) {
  if (!file) return ["InvalidArgument", "POST requires exactly one file upload per request."];
  if (!fields.policy || !fields.Signature || !fields.OSSAccessKeyId) {
    return ["AccessDenied", "Anonymous access is forbidden for this operation."];
  }
  if (fields.OSSAccessKeyId !== ACCESS_KEY_ID)
    return ["InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records."];
  if (signatureOf(fields.policy) !== fields.Signature) {
    return ["SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."];
  }
  const { expiration, conditions } = readPolicy(fields.policy);
  if (Date.parse(expiration) < Date.now()) return ["AccessDenied", "Invalid according to Policy: Policy expired."];
  for (const condition of conditions) {
    const broken = Array.isArray(condition) ? brokenRule(condition, fields, file) : brokenEquality(condition, fields);
    if (broken) return broken;
  }
  if (objects.has(fields.key))
    return ["FileAlreadyExists", "The object you specified already exists and can not be overwritten."];
  return undefined;
}

/** @param {any[]} rule @returns {[code: string, message: string] | undefined} */
function brokenRule([rule, first, second], fields, file) {
  if (rule === "content-length-range" && (file.content.length < first || file.content.length > second)) {
    return ["EntityTooLarge", "Your proposed upload exceeds the maximum allowed size."];
  }
  if (rule === "starts-with" && !fields[first.slice(1)]?.startsWith(second)) {
    return [
      "AccessDenied",
      `Invalid according to Policy: Policy Condition failed: ["starts-with", "${first}", "${second}"]`,
    ];
  }
  return undefined;
}

/** @returns {[code: string, message: string] | undefined} */
function brokenEquality(condition, fields) {
  const [[name, value]] = Object.entries(condition);
  if (name === "bucket" || fields[name] === value) return undefined;
  return ["AccessDenied", `Invalid according to Policy: Policy Condition failed: ["eq", "$${name}", "${value}"]`];
}
