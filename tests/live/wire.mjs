// A wire between client and service that is cut at a byte: a TCP proxy.
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** @typedef {{ upwards: boolean, after: number }} Cut the first connection ends behind so many bytes of one direction */

/** @param {string} to address of the service */
export async function startWire(to) {
  const { port, hostname } = new URL(to);
  /** @type {{ cut?: Cut, connections: number, bytes: [down: number, up: number], open: Set<import("node:net").Socket> }} */
  const state = { connections: 0, bytes: [0, 0], open: new Set() };
  let refused = false;
  const server = createServer((client) => {
    if (refused) return client.destroy();
    const service = connect(Number(port), hostname);
    const cut = state.connections++ === 0 ? state.cut : undefined;
    const end = () => {
      client.destroy();
      service.destroy();
      state.open.delete(client);
    };
    state.open.add(client);
    for (const [from, into, upwards] of /** @type {const} */ ([
      [client, service, true],
      [service, client, false],
    ])) {
      from.on("error", end).on("close", end);
      let passed = 0;
      from.on("data", (chunk) => {
        const rest = cut?.upwards === upwards ? cut.after - passed : Infinity;
        passed += chunk.length;
        state.bytes[Number(upwards)] += chunk.length;
        if (chunk.length < rest) return into.write(chunk);
        into.write(chunk.subarray(0, rest), () => end());
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${own}`,
    state,
    /** The network goes away, or comes back. @param {boolean} gone */
    network(gone) {
      refused = gone;
      if (gone) for (const client of state.open) client.destroy();
    },
    close() {
      for (const client of state.open) client.destroy();
      server.close();
    },
  };
}
