// A connection that breaks after so many bytes of what is sent to the client, in the middle of a message or not.

/** @param {import("node:net").Socket} socket @param {number} bytes after the handshake's answer */
export function cutAfter(socket, bytes) {
  const write = socket.write.bind(socket);
  let left = bytes;
  let greeted = false;
  /** @type {any} */ (socket).write = (chunk, ...more) => {
    const data = typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk;
    if (!greeted) {
      greeted = true;
      return write(data, ...more);
    }
    if (data.length < left) {
      left -= data.length;
      return write(data, ...more);
    }
    const last = data.subarray(0, left);
    left = 0;
    // Uncorked, so that what came before arrives.
    socket.uncork();
    write(last, () => socket.destroy());
    return false;
  };
}
