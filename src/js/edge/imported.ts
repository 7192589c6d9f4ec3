// The relay's entry for edge runtimes, which import modules and compile nothing at run time.

import { type ImportedModule, importedModule } from "../imported-module.js";
import { setLoader } from "../instance.js";

setLoader((wasm) => importedModule(wasm as ImportedModule));

export * from "./exports.js";
