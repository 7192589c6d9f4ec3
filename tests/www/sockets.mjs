// The page's WebSockets, which a test can break.

/** Call it before the page opens any. @param {import("playwright-core").Page} page */
export async function holdSockets(page) {
  const open = new Set();
  let isCut = false;
  await page.routeWebSocket(/\/api\//, (socket) => {
    if (isCut) {
      socket.close();
      return;
    }
    const server = socket.connectToServer();
    open.add([socket, server]);
  });
  return {
    /** Breaks those that are open, and lets none through. */
    cut() {
      isCut = true;
      for (const ends of open) for (const end of ends) end.close({ code: 1011 });
      open.clear();
    },
    mend() {
      isCut = false;
    },
  };
}
