// The little decompressor of the inline module, judged by zlib: whatever zlib can write, in every block form.
import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, deflateRawSync } from "node:zlib";
import { inflate, inflateBase64 } from "../../src/js/inflate.ts";
import { seededRandom } from "../fixtures/seeded-random.mjs";

const random = seededRandom(1);
const noise = Buffer.from(Array.from({ length: 100_000 }, () => Math.floor(random() * 256)));
const words = Buffer.from(
  Array.from({ length: 20_000 }, () => ["speech ", "text ", "audio ", "a"][Math.floor(random() * 4)]).join(""),
);
const samples = {
  nothing: Buffer.alloc(0),
  "one byte": Buffer.from([7]),
  "one long run": Buffer.alloc(300_000, 65),
  "every byte": Buffer.from(Array.from({ length: 256 }, (_, value) => value)),
  "what does not compress": noise,
  "few words": words,
  "far repetitions": Buffer.concat([noise.subarray(0, 32_768), noise.subarray(0, 32_768)]),
  "few values of very different frequency": Buffer.from(
    Array.from({ length: 50_000 }, () => Math.floor(random() ** 8 * 256)),
  ),
};

for (const [name, sample] of Object.entries(samples)) {
  test(`gives back ${name}, at every level and strategy of zlib`, () => {
    for (let level = 0; level <= 9; level += 1) {
      for (const strategy of [
        constants.Z_DEFAULT_STRATEGY,
        constants.Z_FIXED,
        constants.Z_HUFFMAN_ONLY,
        constants.Z_RLE,
      ]) {
        const packed = deflateRawSync(sample, { level, strategy });
        const unpacked = inflate(packed, sample.length);
        assert.ok(sample.equals(unpacked), `level ${level}, strategy ${strategy}`);
      }
    }
  });
}

test("gives back data of several blocks", () => {
  const packed = deflateRawSync(Buffer.concat([words, noise, words]), { level: 9, memLevel: 1 });
  assert.ok(Buffer.concat([words, noise, words]).equals(inflate(packed, words.length * 2 + noise.length)));
});

test("decodes base64 with and without the engine's own decoder", () => {
  const text = deflateRawSync(words).toString("base64");
  assert.ok(words.equals(inflateBase64(text, words.length)));
  const native = Object.getOwnPropertyDescriptor(Uint8Array, "fromBase64");
  const substitute = native ? undefined : (value) => new Uint8Array(Buffer.from(value, "base64"));
  Object.defineProperty(Uint8Array, "fromBase64", { configurable: true, writable: true, value: substitute });
  try {
    assert.ok(words.equals(inflateBase64(text, words.length)));
  } finally {
    if (native) Object.defineProperty(Uint8Array, "fromBase64", native);
    else delete Uint8Array.fromBase64;
  }
});

test("refuses input that ends early, at every byte", () => {
  const packed = deflateRawSync(words.subarray(0, 2000));
  for (let end = 0; end < packed.length; end += 1) {
    assert.throws(() => inflate(packed.subarray(0, end), 2000), /damaged/, `cut at ${end}`);
  }
});

test("refuses a length that is not the real one", () => {
  const packed = deflateRawSync(words);
  assert.throws(() => inflate(packed, words.length - 1), /damaged/);
  assert.throws(() => inflate(packed, words.length + 1), /damaged/);
});

test("never hangs or reads outside on damaged input", () => {
  const packed = deflateRawSync(words.subarray(0, 5000));
  for (let round = 0; round < 3000; round += 1) {
    const broken = Uint8Array.from(packed);
    broken[Math.floor(random() * broken.length)] ^= 1 << Math.floor(random() * 8);
    try {
      assert.equal(inflate(broken, 5000).length, 5000);
    } catch (error) {
      assert.match(error.message, /damaged/);
    }
  }
});
