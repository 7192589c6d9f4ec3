// Upload policies: signed conditions under which anybody may put one file into the bucket.
import { createHmac, randomBytes, randomUUID } from "node:crypto";

const SECRET = randomBytes(20);
const LIFETIME_SECONDS = 300;
const LARGEST_MIB = 1024;

export const ACCESS_KEY_ID = "EMULATORACCESSKEYID";

/** @typedef {{ expiration: string, conditions: (object | (string | number)[])[] }} Policy */

/** @param {string} encoded */
export function signatureOf(encoded) {
  return createHmac("sha1", SECRET).update(encoded).digest("base64");
}

/**
 * @param {string} uploadHost
 * @param {boolean} expired
 */
export function issuePolicy(uploadHost, expired) {
  const day = new Date().toISOString().slice(0, 10);
  const directory = `dashscope-instant/${randomBytes(16).toString("hex")}/${day}/${randomUUID()}`;
  const policy = {
    expiration: new Date(Date.now() + (expired ? -1 : LIFETIME_SECONDS) * 1000).toISOString(),
    conditions: [
      ["content-length-range", 0, LARGEST_MIB * 1024 * 1024],
      ["starts-with", "$key", directory],
      { bucket: "dashscope-file-mgr" },
      { "x-oss-object-acl": "private" },
      { "x-oss-forbid-overwrite": "true" },
    ],
  };
  const encoded = Buffer.from(JSON.stringify(policy)).toString("base64");
  return {
    directory,
    data: {
      policy: encoded,
      signature: signatureOf(encoded),
      upload_dir: directory,
      upload_host: uploadHost,
      expire_in_seconds: LIFETIME_SECONDS,
      max_file_size_mb: LARGEST_MIB,
      capacity_limit_mb: 999999999,
      oss_access_key_id: ACCESS_KEY_ID,
      x_oss_object_acl: "private",
      x_oss_forbid_overwrite: "true",
    },
  };
}

/** @param {string} encoded @returns {Policy} */
export function readPolicy(encoded) {
  return JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
}
