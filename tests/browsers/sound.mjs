// A sound card for a machine without one: a PulseAudio server of our own, whose microphone says what the tests play.
//
// Firefox and WebKit need it twice over: their audio clock stands still without an output, and only Chromium can be told
// to take a file for its microphone.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ended, untilReady } from "./process.mjs";

const run = promisify(execFile);

const MODULES = [
  "module-null-sink sink_name=loudspeaker",
  "module-null-sink sink_name=mouth",
  // A monitor is not offered as a microphone; a source made from it is.
  "module-remap-source master=mouth.monitor source_name=microphone source_properties=device.description=Microphone",
];

export async function startSound() {
  // A socket's path may have a hundred characters, and a project's folder can be deep.
  const folder = mkdtempSync(join(tmpdir(), "sound-"));
  const socket = join(folder, "native");
  const environment = { PULSE_SERVER: `unix:${socket}`, PULSE_RUNTIME_PATH: folder, PULSE_STATE_PATH: folder };
  const env = { ...process.env, ...environment };
  const modules = [...MODULES, `module-native-protocol-unix socket=${socket} auth-anonymous=1`];
  const server = spawn(
    "pulseaudio",
    [
      ...["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit", "--log-level=error"],
      ...modules.flatMap((module) => ["-L", module]),
    ],
    { env, stdio: "ignore" },
  );
  await untilReady(server, "pulseaudio", () => run("pactl", ["info"], { env }));
  await run("pactl", ["set-default-sink", "loudspeaker"], { env });
  await run("pactl", ["set-default-source", "microphone"], { env });

  return {
    environment,
    /** Says a recording into the microphone; resolves when it was said. @param {string} path */
    say: (path) => run("paplay", ["--device=mouth", path], { env }),
    /** Takes the microphone away, for good. */
    async unplug() {
      const { stdout } = await run("pactl", ["list", "short", "modules"], { env });
      const [, module] = /^(\d+)\tmodule-remap-source\b/m.exec(stdout);
      await run("pactl", ["unload-module", module], { env });
    },
    async close() {
      await ended(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
