// A transcription model for the AI SDK.

import { isAsrError, modelInfo, type TranscribeCallOptions, Transcriber, type TranscriberOptions } from "../api.js";
import { asApiCallError } from "./api-call-error.js";
import { transcribeByTask } from "./by-task.js";
import { located, ownOptions } from "./provider-options.js";
import { recorder } from "./recorder.js";
import { result } from "./result.js";
import { bytesOf, declaredType } from "./sdk-audio.js";
import type { CallSettings, DashScopeTranscriptionModel, TranscriptionResult } from "./specification.js";
import { streamTranscription } from "./stream.js";

/** A plain object, so that a copy with other members is a model, too. */
export function transcriptionModel(settings: TranscriberOptions, modelId: string): DashScopeTranscriptionModel {
  const { access, options: taken } = modelInfo(modelId);
  const isTask = access === "task";

  async function generate(
    audio: Uint8Array | URL,
    call: CallSettings,
    mediaType: string | undefined,
  ): Promise<TranscriptionResult> {
    const timestamp = new Date();
    const given = ownOptions(call.providerOptions);
    // Either the SDK repeats the whole call, as its `maxRetries` says, or the client single requests: both would multiply.
    // What may become a task is left to the client, because every submission is billed.
    const isRepeatable = !isTask && !given.longAudio;
    const mustAskForWords = call.timestampGranularities?.includes("word") && taken.includes("enableWords");
    const options: TranscribeCallOptions = {
      ...(mediaType && { mediaType }),
      ...(mustAskForWords && { enableWords: true }),
      ...given,
      ...(isRepeatable && { maxRetries: 0 }),
      model: modelId,
      signal: call.abortSignal,
      headers: call.headers as TranscribeCallOptions["headers"], // values that are undefined are left out
    };
    const { recorded, fetch } = recorder(settings.fetch);
    const asr = new Transcriber({ ...settings, fetch });
    try {
      const transcript = await (isTask ? transcribeByTask(asr, audio, options) : asr.transcribe(audio, options));
      return result(transcript, call, { timestamp, modelId, headers: recorded.headers });
    } catch (error) {
      throw isAsrError(error) ? asApiCallError(located(error, given), recorded, isRepeatable) : error;
    }
  }

  const model: DashScopeTranscriptionModel = {
    specificationVersion: "v4",
    provider: "dashscope.transcription",
    modelId,
    doGenerate: async ({ audio, mediaType, ...call }) => generate(bytesOf(audio), call, declaredType(mediaType)),
  };
  if (access === "realtime") model.doStream = (call) => streamTranscription(settings, modelId, call);
  else model.doGenerateFromUrl = ({ audio, ...call }) => generate(audio, call, undefined);
  return model;
}
