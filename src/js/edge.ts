// Edge runtimes: code may not be compiled at run time, so the modules are imported, in the words of each (see the build).

import { type ImportedModule, importedModule } from "./imported-module.js";
import { setLoader } from "./instance.js";

setLoader((wasm) => importedModule(wasm as ImportedModule));

export * from "./api.js";
