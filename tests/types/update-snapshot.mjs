// node tests/types/update-snapshot.mjs: approves the declarations of the last build. Commit the file with the change.
import { approve } from "./snapshot.mjs";

approve();
console.log("tests/types/index.d.ts.snap is what dist/index.d.ts says now");
