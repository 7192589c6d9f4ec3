// What hears for Cloudflare's voice agents, beside a client of each entry.
import { isAsrError, Transcriber } from "dashscope-asr";
import { DashScopeSTT, type LiveSource, type VoiceTranscriber } from "dashscope-asr/cloudflare-voice";
import { Transcriber as Slim } from "dashscope-asr/slim";

const sources: LiveSource[] = [new Transcriber({ apiKey: "sk-1" }), new Slim({ apiKey: "sk-1" })];
const transcribers: VoiceTranscriber[] = sources.map((asr) => new DashScopeSTT(asr, { maxSentenceSilence: 600 }));

export async function call(pcm: ArrayBuffer): Promise<string[]> {
  const heard: string[] = [];
  const session = transcribers[0]?.createSession({
    language: "en",
    onUtterance: (text) => heard.push(text),
    onFatalError: (error) => heard.push(isAsrError(error) ? error.code : error.message),
  });
  await session?.waitUntilReady();
  session?.feed(pcm);
  session?.updateAgentContext("At seven?");
  session?.close();
  return heard;
}

// @ts-expect-error the agent's audio has a rate of its own
new DashScopeSTT(new Transcriber(), { sampleRate: 48_000 });
// @ts-expect-error a client is needed
new DashScopeSTT({ apiKey: "sk-1" });
