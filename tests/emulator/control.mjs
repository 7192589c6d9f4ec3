// The emulator's own routes, which the service does not have: what arrived, and faults for callers that cannot set a header.
//   GET    /_emulator/requests            what arrived so far
//   DELETE /_emulator/requests            forget it
//   POST   /_emulator/faults              {"fault": "status=503", "times": 1, "path": "/api/v1/tasks"}: for the next requests
//   DELETE /_emulator/faults              disarm
//   DELETE /_emulator/sockets             break every open WebSocket
import { NO_FAULTS, parseFaults } from "./faults.mjs";

/** @typedef {ReturnType<typeof createControl>} Control */

/** @param {import("./request-log.mjs").LoggedRequest[]} requests @param {() => void} breakSockets */
export function createControl(requests, breakSockets) {
  /** @type {{ faults: import("./faults.mjs").Faults, times: number, path: string }[]} */
  const waiting = [];

  /** @param {{ fault: string, times?: number, path?: string }} order for the next `times` requests whose path begins with `path` */
  function arm({ fault, times = 1, path = "/" }) {
    waiting.push({ faults: parseFaults(fault), times, path });
  }

  /** @param {string} path */
  function armed(path) {
    const order = waiting.find((candidate) => path.startsWith(candidate.path));
    if (!order) return NO_FAULTS;
    if (--order.times <= 0) waiting.splice(waiting.indexOf(order), 1);
    return order.faults;
  }

  /** Whether the request was for the emulator itself, and is answered. */
  function answer(request, response, url, body) {
    if (!url.pathname.startsWith("/_emulator/")) return false;
    const act = `${request.method} ${url.pathname.slice("/_emulator/".length)}`;
    if (act === "DELETE requests") requests.length = 0;
    else if (act === "POST faults") arm(JSON.parse(body.toString("utf8")));
    else if (act === "DELETE faults") waiting.length = 0;
    else if (act === "DELETE sockets") breakSockets();
    else if (act !== "GET requests") {
      response.writeHead(404, { "content-type": "text/plain" }).end("emulator: no such control\n");
      return true;
    }
    const listing = act === "GET requests";
    response.writeHead(listing ? 200 : 204, { "content-type": "application/json" });
    response.end(listing ? JSON.stringify(requests, null, 2) : undefined);
    return true;
  }

  return { arm, armed, answer };
}
