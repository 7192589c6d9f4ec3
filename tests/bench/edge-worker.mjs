// The Worker of the benchmark: the relay beside what one would write without it.
export const WORKER = `
import { createRelay } from "dashscope-asr/edge";

const upstream = (env) => env.UPSTREAM + "/api/v1/services/aigc/multimodal-generation/generation";
const relays = new Map();

/** A relay's options name its upstream, which this Worker learns from its environment. */
function relay(env) {
  let made = relays.get(env.UPSTREAM);
  if (!made) {
    const limits = { bytes: 400_000_000, perMinute: 1_000_000 };
    made = createRelay({ apiKey: "sk-benchmark", baseURL: env.UPSTREAM, authorize: () => true, limits });
    relays.set(env.UPSTREAM, made);
  }
  return made;
}

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/pass-through") return fetch(upstream(env), { method: "POST", body: request.body });
    if (pathname === "/collect") {
      gc();
      return new Response(null, { status: 204 });
    }
    if (pathname === "/buffers") return fetch(upstream(env), { method: "POST", body: await request.arrayBuffer() });
    return relay(env)(request, env, context);
  },
};
`;
