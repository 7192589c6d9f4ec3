// The slim entry and the module beside it.
import { init, Transcriber, type WasmInput } from "dashscope-asr/slim";
import module from "dashscope-asr/wasm";

export async function start(response: Response, bytes: Uint8Array<ArrayBuffer>): Promise<Transcriber> {
  const inputs: (WasmInput | Promise<WasmInput>)[] = [
    module,
    response,
    Promise.resolve(response),
    bytes,
    bytes.buffer,
    "/asr.wasm",
    new URL("https://example.com/asr.wasm"),
    { default: module },
  ];
  for (const input of inputs) await init(input);
  const compiled: WebAssembly.Module = module;
  console.log(compiled);
  // @ts-expect-error it has to come from somewhere
  await init();
  return new Transcriber({ baseURL: "/relay" });
}
