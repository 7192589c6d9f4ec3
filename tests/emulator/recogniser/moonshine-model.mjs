// Moonshine (English speech recognition, MIT licence) on onnxruntime-web, in this thread, blocking while it computes.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import tokenizer from "llama-tokenizer-js";
import * as ort from "onnxruntime-web";

const BEGIN = 1;
const END = 2;
const MOST_TOKENS_PER_SECOND = 6.5; // the authors' own bound against endless repetition
const SHAPES = { tiny: { layers: 6, heads: 8, width: 36 }, base: { layers: 8, heads: 8, width: 52 } };

/** @typedef {{ transcribe(samples: Float32Array, onText: (text: string) => void, cancelled: () => boolean): Promise<string> }} Model */

/**
 * @param {string} directory with encoder_model.onnx and decoder_model_merged.onnx
 * @returns {Promise<Model>}
 */
export async function loadMoonshine(directory) {
  // One thread: the machine's other cores belong to the browser or the tests that are waiting for the answer.
  ort.env.wasm.numThreads = 1;
  const open = async (name) =>
    ort.InferenceSession.create(await readFile(join(directory, name)), { executionProviders: ["wasm"] });
  const encoder = await open("encoder_model.onnx");
  const decoder = await open("decoder_model_merged.onnx");
  const shape = decoder.inputNames.some((name) => name.includes(".7.")) ? SHAPES.base : SHAPES.tiny;

  return {
    async transcribe(samples, onText, cancelled) {
      const { last_hidden_state: heard } = await encoder.run({
        input_values: new ort.Tensor("float32", samples, [1, samples.length]),
      });
      const most = Math.max(8, Math.trunc((samples.length / 16000) * MOST_TOKENS_PER_SECOND));
      /** @type {number[]} */
      const tokens = [];
      let cache = emptyCache(shape);
      let next = BEGIN;
      for (let step = 0; step < most && !cancelled(); step++) {
        const output = await decoder.run({
          input_ids: new ort.Tensor("int64", BigInt64Array.of(BigInt(next)), [1, 1]),
          encoder_hidden_states: heard,
          use_cache_branch: new ort.Tensor("bool", [step > 0]),
          ...cache,
        });
        next = likeliest(output.logits.data);
        if (next === END) break;
        // A word is finished once the next one, or a mark, begins.
        if (tokens.length > 0 && beginsUnit(next)) onText(textOf(tokens));
        tokens.push(next);
        cache = refreshed(cache, output, step);
      }
      return textOf(tokens);
    },
  };
}

function textOf(tokens) {
  return tokenizer.decode(tokens, false, false).trim();
}

function beginsUnit(token) {
  return /^[\u2581.,!?;:]/u.test(tokenizer.vocabById[token] ?? "");
}

function likeliest(logits) {
  let best = 0;
  for (let token = 1; token < logits.length; token++) if (logits[token] > logits[best]) best = token;
  return best;
}

function emptyCache({ layers, heads, width }) {
  const cache = {};
  for (let layer = 0; layer < layers; layer++) {
    for (const side of ["decoder", "encoder"]) {
      for (const kind of ["key", "value"]) {
        const empty = new ort.Tensor("float32", new Float32Array(0), [0, heads, 1, width]);
        cache[`past_key_values.${layer}.${side}.${kind}`] = empty;
      }
    }
  }
  return cache;
}

/** What was heard is computed in the first step and stays; what was said grows with every step. */
function refreshed(cache, output, step) {
  const entries = Object.keys(cache).map((name) => {
    const changes = step === 0 || name.includes("decoder");
    return [name, changes ? output[name.replace("past_key_values", "present")] : cache[name]];
  });
  return Object.fromEntries(entries);
}
