#!/usr/bin/env node
// The emulator as a program. `node tests/emulator/main.mjs --help`
import { parseArgs } from "node:util";
import { SWITCHES } from "./faults.mjs";
import { createMoonshineRecogniser, DEFAULT_MODEL_DIRECTORY, ModelMissing } from "./recogniser/moonshine.mjs";
import { startEmulator } from "./server.mjs";

const HELP = `A local server that behaves like DashScope's speech-to-text, and really recognises (English) speech.

  node tests/emulator/main.mjs [--port N] [--host ADDRESS] [--model-dir DIR] [--key KEY] [--verbose]

  --port N         0 or absent: any free port
  --host ADDRESS   127.0.0.1 when absent
  --model-dir DIR  the recogniser's model, ${DEFAULT_MODEL_DIRECTORY} when absent (scripts/asr-model.sh fetches it)
  --key KEY        accept only this key; otherwise any that begins with sk-, except sk-invalid…
  --verbose        one line per request on standard error

Fault switches, per request: header x-emulator-fault or query fault=, as name=value,name
${Object.entries(SWITCHES)
  .map(
    ([name, explanation]) =>
      `  ${(explanation.startsWith("=") ? name + explanation.split(" ")[0] : name).padEnd(24)} ${explanation.replace(/^=\S+ /, "")}`,
  )
  .join("\n")}

What arrived: GET /_emulator/requests (DELETE forgets it). More in tests/emulator/README.md.
`;

const fail = (message) => {
  console.error(`emulator: ${message}`);
  process.exit(1);
};

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: "string", default: "0" },
        host: { type: "string", default: "127.0.0.1" },
        "model-dir": { type: "string" },
        key: { type: "string" },
        verbose: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (cause) {
    return fail(`${/** @type {Error} */ (cause).message}\nTry --help.`);
  }
}

const options = readOptions();
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const port = Number(options.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`--port ${options.port} is no port number`);

try {
  const recogniser = createMoonshineRecogniser({ modelDirectory: options["model-dir"] });
  const log = options.verbose ? (line) => console.error(line) : undefined;
  const emulator = await startEmulator({ port, host: options.host, key: options.key, recogniser, log });
  // Warmed up beforehand, so that the first recording is not the slow one.
  await recogniser.ready();
  console.log(`emulator listening on ${emulator.url}`);
  const stop = async () => {
    await emulator.close();
    await recogniser.close();
    process.exit(0);
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
} catch (cause) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (cause);
  if (cause instanceof ModelMissing) fail(message);
  if (code === "EADDRINUSE")
    fail(`port ${port} on ${options.host} is taken; choose another with --port, or 0 for any free one`);
  fail(message);
}
