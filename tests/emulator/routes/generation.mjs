// The native synchronous endpoint. Two dialects share its path; the model's name tells which one is spoken.
import { familyOf } from "../models.mjs";
import { refusal } from "../service-error.mjs";
import { answerFlash } from "./flash-generation.mjs";
import { answerQwen } from "./qwen-generation.mjs";

/** @type {import("./all.mjs").Route} */
export const generation = {
  methods: ["POST"],
  path: /^\/api\/v1\/services\/aigc\/multimodal-generation\/generation$/,
  async handle(exchange) {
    const body = exchange.json();
    if (typeof body.model !== "string" || body.model === "") throw refusal("no-model");
    const family = familyOf(body.model);
    if (!family) throw refusal("unknown-model");
    if (String(exchange.headers["x-dashscope-async"]).toLowerCase() === "enable") {
      throw refusal("no-tasks");
    }
    if (body.input === undefined || body.input === null) throw refusal("no-input");
    if (family.kind === "qwen") return answerQwen(exchange, body, family);
    if (family.kind === "flash") return answerFlash(exchange, body, family);
    throw refusal("tasks-only");
  },
};
