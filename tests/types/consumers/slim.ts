// The slim entry and the modules beside it.
import { init, Transcriber, type WasmInput } from "dashscope-asr/slim";
import module from "dashscope-asr/wasm";
import files from "dashscope-asr/wasm/files";
import formats from "dashscope-asr/wasm/formats";
import live from "dashscope-asr/wasm/live";
import long from "dashscope-asr/wasm/long";
import sound from "dashscope-asr/wasm/sound";

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
  await init(files, "files");
  await init(formats, "formats");
  await init(live, "live");
  await init(long, "long");
  await init(sound, "sound");
  await init(module, "core");
  // @ts-expect-error there is no such part
  await init(module, "subtitles");
  const compiled: WebAssembly.Module = module;
  console.log(compiled);
  // @ts-expect-error it has to come from somewhere
  await init();
  return new Transcriber({ baseURL: "/relay" });
}
