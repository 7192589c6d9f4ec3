// compile-examples.mjs — the programs of examples/ that are in Rust, compiled as the tests compile them, so that those find it done.
import { inProject } from "../../scripts/build/paths.mjs";
import { compileProgram } from "./cargo.mjs";

for (const name of ["rust-worker", "rust-page"]) {
  console.log(`examples/${name}`);
  await compileProgram(inProject("examples", name), ["--locked"]);
}
