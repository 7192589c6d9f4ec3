// The version, put in by the build.

import { version as packageVersion } from "../../package.json";

// A constant in the bundle: reading it must not boot the wasm.
export const version: string = packageVersion;
