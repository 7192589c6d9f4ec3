// probe.mjs firefox|webkit — whether the browser starts here and shows a page. Ends with code 77 and the reason where it does
// not: of that, what is tested is not to blame (see scripts/test/node-tests.mjs).
import { setTimeout as sleep } from "node:timers/promises";
import { launchFirefox } from "./firefox/launch.mjs";
import { launchWebKit } from "./webkit/launch.mjs";

const CANNOT = 77;
const PATIENCE_SECONDS = 60;

const [name = ""] = process.argv.slice(2);
const launch = { firefox: launchFirefox, webkit: launchWebKit }[name];
if (!launch) throw new Error(`no such browser: ${name}`);

async function showPage() {
  const engine = await launch();
  try {
    const page = await (await engine.browser.newContext()).newPage();
    await page.goto("data:text/html,<title>here</title>");
    const title = await page.evaluate(() => document.title);
    if (title !== "here") throw new Error(`it shows a page with the title "${title}"`);
    await page.context().close();
  } finally {
    await engine.close();
  }
}

const overdue = sleep(PATIENCE_SECONDS * 1000, undefined, { ref: false }).then(() => {
  throw new Error(`it shows no page within ${PATIENCE_SECONDS} s`);
});

try {
  await Promise.race([showPage(), overdue]);
  process.exit(0);
} catch (error) {
  const [reason] = String(error?.message ?? error).split("\n");
  console.log(`${name} is installed but cannot be driven here: ${reason}`);
  process.exit(CANNOT);
}
