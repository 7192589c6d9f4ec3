// The service behind the packaging tests: the emulator with a recogniser that always hears the same, and one recording.
import { readFileSync } from "node:fs";
import { inProject } from "../../scripts/build/paths.mjs";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { WORDS } from "./consumer/expected.mjs";

export const startService = () => startEmulator({ port: 0, recogniser: createScriptedRecogniser(WORDS) });

export const recording = jfk;

/** The source of walk.js, for projects that bring it along. */
export const WALK = readFileSync(inProject("tests", "packaging", "consumer", "walk.js"), "utf8");
