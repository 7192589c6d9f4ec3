// Fetching a result document by its signed link.
import { FaultMistake, parseFaults } from "../faults.mjs";
import { replyOssError } from "../oss-error.mjs";
import { GATEWAY_PAGE } from "../service-errors.mjs";

/** @type {import("./all.mjs").Route} */
export const results = {
  methods: ["GET", "HEAD"],
  path: /^\/result\/.+\.json$/,
  open: true,
  async handle(exchange) {
    const { url, headers, account } = exchange;
    const result = account.results.get(url.pathname);
    if (!result) return replyOssError(exchange, "no-such-object");
    // A key sent along is not only needless, it is leaked; the object store refuses two kinds of authorisation at once.
    if (headers.authorization) return replyOssError(exchange, "two-authorisations");
    if (url.searchParams.get("Signature") !== result.signature) return replyOssError(exchange, "wrong-signature");
    if (result.expires * 1000 < Date.now()) return replyOssError(exchange, "link-expired");
    const fault = result.faultTimes > 0 ? result.fault : "";
    result.faultTimes--;
    if (fault === "html") {
      return exchange.replyText(GATEWAY_PAGE.status, GATEWAY_PAGE.text, { "content-type": "text/html" });
    }
    if (fault === "cut") exchange.faults = parseFaults("cut=1");
    else if (/^\d+$/.test(fault)) return replyOssError(exchange, "internal", { status: Number(fault) });
    else if (fault !== "" && fault !== "expired")
      throw new FaultMistake(`result-fault=${fault}: a status, expired, html or cut`);
    await exchange.replyFromStore(200, result.text, "application/json");
  },
};
