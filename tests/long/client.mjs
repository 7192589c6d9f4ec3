// A client of the Worker for long recordings, as a page or a program would have one.
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** @param {() => string} url of the Worker, which changes when it starts again @param {string} token */
export function createClient(url, token) {
  const headers = { authorization: `Bearer ${token}` };

  /** @param {string} method @param {string} path @param {RequestInit["body"]} [body] */
  const call = (method, path, body) => fetch(`${url()}${path}`, { method, headers, body });

  /** @param {string} method @param {string} path @param {RequestInit["body"]} [body] */
  async function ask(method, path, body) {
    const response = await call(method, path, body);
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.code}: ${answer.message}`);
    return answer;
  }

  return {
    call,
    ask,
    begin: (wish) => ask("POST", "/recordings", JSON.stringify(wish)),
    status: (id) => ask("GET", `/recordings/${id}`),
    complete: (id) => ask("POST", `/recordings/${id}/complete`),
    text: async (id, name) => (await call("GET", `/recordings/${id}/${name}`)).text(),
    putPart: ({ id, partBytes }, bytes, part) =>
      ask("PUT", `/recordings/${id}/parts/${part}`, bytes.subarray((part - 1) * partBytes, part * partBytes)),

    /** Begins to send a part, and is cut off half way. */
    losePart({ id, partBytes }, bytes, part) {
      const whole = bytes.subarray((part - 1) * partBytes, part * partBytes);
      return new Promise((resolve) => {
        const options = { method: "PUT", headers: { ...headers, "content-length": whole.length } };
        const sending = request(`${url()}/recordings/${id}/parts/${part}`, options);
        sending.on("error", resolve).on("close", resolve);
        sending.write(whole.subarray(0, whole.length / 2), () => setTimeout(() => sending.destroy(), 100));
      });
    },

    /** All of a recording, from the first call to the last. @returns {Promise<string>} its id */
    async upload(bytes, wish = {}) {
      const upload = await this.begin({ size: bytes.length, ...wish });
      for (const part of upload.missing) await this.putPart(upload, bytes, part);
      await this.complete(upload.id);
      return upload.id;
    },

    /** Asks until it is over, as a page would. */
    async untilItIsOver(id, patienceMs = 60_000) {
      for (const until = Date.now() + patienceMs; ; await sleep(500)) {
        const status = await this.status(id);
        if (status.state === "done" || status.state === "failed") return status;
        if (Date.now() > until) throw new Error(`still ${JSON.stringify(status)}`);
      }
    },
  };
}
