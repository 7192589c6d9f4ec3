// Vercel's edge runtime: as in Workers, but the import says that a module is wanted.

import module from "./dashscope_asr_bg.wasm?module";
import { importedModule } from "./imported-module.js";
import { setModuleSource } from "./instance.js";

setModuleSource(() => importedModule(module));

export * from "./api.js";
