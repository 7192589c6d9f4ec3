// The native synchronous endpoint. Two dialects share its path; the model's name tells which one is spoken.
import { familyOf } from "../models.mjs";
import { ServiceError } from "../service-error.mjs";
import { answerFlash } from "./flash-generation.mjs";
import { answerQwen } from "./qwen-generation.mjs";

/** @type {import("./all.mjs").Route} */
export const generation = {
  methods: ["POST"],
  path: /^\/api\/v1\/services\/aigc\/multimodal-generation\/generation$/,
  async handle(exchange) {
    const body = exchange.json();
    if (typeof body.model !== "string" || body.model === "") throw new ServiceError("BadRequest.EmptyModel");
    const family = familyOf(body.model);
    if (!family) throw new ServiceError("ModelNotFound");
    if (String(exchange.headers["x-dashscope-async"]).toLowerCase() === "enable") {
      throw new ServiceError("AccessDenied", "current user api does not support asynchronous calls");
    }
    if (body.input === undefined || body.input === null) throw new ServiceError("BadRequest.EmptyInput");
    if (family.kind === "qwen") return answerQwen(exchange, body, family);
    if (family.kind === "flash") return answerFlash(exchange, body, family);
    throw new ServiceError("AccessDenied", "current user api does not support synchronous calls");
  },
};
