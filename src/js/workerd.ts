// Cloudflare Workers: code may not be compiled at run time, so the module is imported.

import module from "./dashscope_asr_bg.wasm";
import { importedModule } from "./imported-module.js";
import { setModuleSource } from "./instance.js";

setModuleSource(() => importedModule(module));

export * from "./api.js";
