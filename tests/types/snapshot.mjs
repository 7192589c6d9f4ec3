// The committed copy of the published declarations: every change of the API shows in a review.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DIST } from "../../scripts/build/paths.mjs";

const SNAPSHOT = fileURLToPath(new URL("index.d.ts.snap", import.meta.url));

export const published = () => readFileSync(`${DIST}/index.d.ts`, "utf8");
export const approved = () => readFileSync(SNAPSHOT, "utf8");
export const approve = () => writeFileSync(SNAPSHOT, published());
