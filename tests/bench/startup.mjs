// From the first line of a program to its first request on the way: import, client, audio, fetch.
//   node tests/bench/startup.mjs <bundle>   in a process of its own; prints milliseconds
import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { median } from "./rounds.mjs";

/** Source of a function that measures, for every runtime. The file is a second of audio. */
export const FIRST_REQUEST = `async function firstRequest(load) {
  const bytes = new Uint8Array(32044);
  bytes.set(new TextEncoder().encode("RIFF\\0\\0\\0\\0WAVEfmt \\x10\\0\\0\\0\\x01\\0\\x01\\0"));
  const file = new Blob([bytes], { type: "audio/wav" });
  const began = performance.now();
  const { transcribe } = await load();
  return new Promise((resolve, reject) => {
    const fetch = () => {
      resolve(performance.now() - began);
      return new Promise(() => {});
    };
    transcribe(file, fetch).catch(reject);
  });
}`;

/** @param {Record<string, { path: string }>} made @param {number} rounds @returns {Record<string, number>} */
export function startupInNode(made, rounds) {
  const names = Object.keys(made);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [fileURLToPath(import.meta.url), made[name].path],
        { encoding: "utf8" },
      );
      if (status !== 0) throw new Error(`${name}: ${stderr}`);
      times[name].push(Number(stdout));
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])]));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const firstRequest = new Function(`return ${FIRST_REQUEST}`)();
  console.log(await firstRequest(() => import(pathToFileURL(process.argv[2]).href)));
  process.exit(0);
}
