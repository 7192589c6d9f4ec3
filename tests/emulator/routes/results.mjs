// Fetching a result document by its signed link.
import { FaultMistake, parseFaults } from "../faults.mjs";
import { replyOssError } from "../oss-error.mjs";

/** @type {import("./all.mjs").Route} */
export const results = {
  methods: ["GET", "HEAD"],
  path: /^\/result\/.+\.json$/,
  open: true,
  async handle(exchange) {
    const { url, headers, account } = exchange;
    const result = account.results.get(url.pathname);
    if (!result) return replyOssError(exchange, "NoSuchKey", "The specified key does not exist.");
    // A key sent along is not only needless, it is leaked; the object store refuses two kinds of authorisation at once.
    if (headers.authorization) {
      return replyOssError(
        exchange,
        "InvalidArgument",
        "Only one auth mechanism allowed: the query or the Authorization header.",
      );
    }
    if (url.searchParams.get("Signature") !== result.signature) {
      const words = "The request signature we calculated does not match the signature you provided.";
      return replyOssError(exchange, "SignatureDoesNotMatch", words);
    }
    if (result.expires * 1000 < Date.now()) return replyOssError(exchange, "AccessDenied", "Request has expired.");
    const fault = result.faultTimes > 0 ? result.fault : "";
    result.faultTimes--;
    if (fault === "html")
      return exchange.replyText(502, "<html><body><h1>502 Bad Gateway</h1></body></html>\r\n", {
        "content-type": "text/html",
      });
    if (fault === "cut") exchange.faults = parseFaults("cut=1");
    else if (/^\d+$/.test(fault))
      return replyOssError(exchange, "InternalError", "We encountered an internal error.", Number(fault));
    else if (fault !== "" && fault !== "expired")
      throw new FaultMistake(`result-fault=${fault}: a status, expired, html or cut`);
    await exchange.replyFromStore(200, result.text, "application/json");
  },
};
