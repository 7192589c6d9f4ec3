// The provider: a function that makes models, in the form that the AI SDK's registries expect.

import { Transcriber, type TranscriberOptions } from "../api.js";
import { transcriptionModel } from "./model.js";
import { own, refused } from "./provider-options.js";
import type { DashScopeTranscriptionModel } from "./specification.js";

/** Settings of a provider: those of `Transcriber`, apart from what the AI SDK says itself. */
export interface DashScopeSettings extends Omit<TranscriberOptions, "model" | "maxRetries" | "defaultHeaders"> {
  /** More headers for every request, e.g. for your relay. */
  headers?: Record<string, string> | undefined;
}

/** Makes models for the AI SDK. */
export interface DashScopeProvider {
  /** A model for `transcribe()`, by its name, e.g. `"qwen3-asr-flash"`. */
  (modelId: string): DashScopeTranscriptionModel;
  /** The version of the SDK's interface for providers. */
  readonly specificationVersion: "v4";
  /** A model for `transcribe()`, by its name, e.g. `"qwen3-asr-flash"`. */
  transcription(modelId: string): DashScopeTranscriptionModel;
  /** The same, under the name that registries ask for. */
  transcriptionModel(modelId: string): DashScopeTranscriptionModel;
  /** There are none here; throws. */
  languageModel(modelId: string): never;
  /** There are none here; throws. */
  embeddingModel(modelId: string): never;
  /** There are none here; throws. */
  imageModel(modelId: string): never;
}

/** What the SDK's `transcribe()` says for each call, and where models are named. */
const ELSEWHERE = { model: "name it in transcription(…)", maxRetries: "give transcribe() maxRetries" };

/**
 * Makes a provider.
 *
 * ```ts
 * const dashscope = createDashScope({ region: "beijing" });   // the key is in DASHSCOPE_API_KEY
 * const { text } = await transcribe({ model: dashscope.transcription("qwen3-asr-flash"), audio });
 * ```
 *
 * Nothing is looked at before there is a model: then settings are checked, the key is looked for at each call.
 */
export function createDashScope(settings: DashScopeSettings = {}): DashScopeProvider {
  const transcription = (modelId: string) => {
    const given = own(settings);
    for (const [name, problem] of Object.entries(ELSEWHERE)) if (name in given) throw refused(name, problem);
    const { headers, ...rest } = given;
    const all: TranscriberOptions = headers === undefined ? rest : { ...rest, defaultHeaders: headers };
    new Transcriber(all); // checks them
    return transcriptionModel(all, modelId);
  };
  const none = (kind: string) => (modelId: string) => {
    throw refused(
      "modelId",
      `DashScope's ${kind} models are not here, "${modelId}" neither: only those for transcription`,
    );
  };
  return Object.assign((modelId: string) => transcription(modelId), {
    specificationVersion: "v4" as const,
    transcription,
    transcriptionModel: transcription,
    languageModel: none("language"),
    embeddingModel: none("embedding"),
    imageModel: none("image"),
  });
}

/** The provider with the key in `DASHSCOPE_API_KEY`, and everything else as it is by default. */
export const dashscope: DashScopeProvider = /* @__PURE__ */ createDashScope();
