// Temporary keys.
import { wrongParameter } from "../service-error.mjs";

const LONGEST_SECONDS = 1800;

/** @type {import("./all.mjs").Route} */
export const tokens = {
  methods: ["POST"],
  path: /^\/api\/v1\/tokens$/,
  async handle(exchange) {
    const text = exchange.url.searchParams.get("expire_in_seconds") ?? "60";
    const seconds = Number(text);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_SECONDS) {
      throw wrongParameter("expire_in_seconds");
    }
    await exchange.reply(200, exchange.account.tokens.issue(seconds));
  },
};
