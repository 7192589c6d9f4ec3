// node tests/readme/update-sizes.mjs: writes the sizes of the last build into README.md.
import { update } from "./sizes.mjs";

update();
console.log("README.md has the sizes of the last build");
