// Raw DEFLATE (RFC 1951), decompressing at once and in memory.
//
// A module travels inside its script compressed, and it has to be ready synchronously: `DecompressionStream` is
// asynchronous, and Node's zlib exists in Node only. Speed matters little (once, some 100 kB), size matters: about 1 kB.

/** Base value and number of extra bits of the length codes 257…285. */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

/** The order in which the lengths of the code length codes are written (section 3.2.7). */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const LONGEST_CODE = 15;

/** Huffman code in canonical form: how many codes there are of each length, and the symbols in the order of their codes. */
interface Code {
  counts: Uint16Array;
  symbols: Uint16Array;
}

function codeOf(lengths: ArrayLike<number>): Code {
  const counts = new Uint16Array(LONGEST_CODE + 1);
  for (let symbol = 0; symbol < lengths.length; symbol += 1) counts[lengths[symbol]!]! += 1;
  counts[0] = 0;
  const next = new Uint16Array(LONGEST_CODE + 2);
  for (let length = 1; length <= LONGEST_CODE; length += 1) next[length + 1] = next[length]! + counts[length]!;
  const symbols = new Uint16Array(lengths.length);
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    const length = lengths[symbol]!;
    if (length > 0) symbols[next[length]!++] = symbol;
  }
  return { counts, symbols };
}

/**
 * Decompresses raw DEFLATE data.
 *
 * @param input the compressed bytes
 * @param length how many bytes come out; any other number is an error, as is damaged input
 */
export function inflate(input: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(length);
  let written = 0;
  let position = 0;
  let bitBuffer = 0;
  let bitCount = 0;

  function damaged(): never {
    throw new Error("the compressed WebAssembly module is damaged");
  }

  function bits(count: number): number {
    while (bitCount < count) {
      if (position >= input.length) damaged();
      bitBuffer |= input[position++]! << bitCount;
      bitCount += 8;
    }
    const value = bitBuffer & ((1 << count) - 1);
    bitBuffer >>>= count;
    bitCount -= count;
    return value;
  }

  /** Reads one symbol bit by bit: among the codes of each length, the ones in use are the first in numeric order. */
  function symbolOf({ counts, symbols }: Code): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let size = 1; size <= LONGEST_CODE; size += 1) {
      code |= bits(1);
      const count = counts[size]!;
      if (code < first + count) return symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return damaged();
  }

  function stored(): void {
    // Starts at a byte boundary; what is left in the buffer is less than a byte, because bits are fetched as needed.
    bitBuffer = 0;
    bitCount = 0;
    const size = bits(16);
    if (bits(16) !== (~size & 0xffff) || position + size > input.length || written + size > length) damaged();
    output.set(input.subarray(position, position + size), written);
    position += size;
    written += size;
  }

  function fixedCodes(): [Code, Code] {
    const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
    return [codeOf(lengths), codeOf(new Uint8Array(30).fill(5))];
  }

  function dynamicCodes(): [Code, Code] {
    const literals = bits(5) + 257;
    const distances = bits(5) + 1;
    const codeLengths = new Uint8Array(19);
    for (let index = 0, count = bits(4) + 4; index < count; index += 1)
      codeLengths[CODE_LENGTH_ORDER[index]!] = bits(3);
    const code = codeOf(codeLengths);
    // One list for both alphabets: a repetition may cross from one into the other.
    const lengths = new Uint8Array(literals + distances);
    for (let index = 0; index < lengths.length; ) {
      const symbol = symbolOf(code);
      if (symbol < 16) {
        lengths[index++] = symbol;
        continue;
      }
      if (symbol === 16 && index === 0) damaged();
      const value = symbol === 16 ? lengths[index - 1]! : 0;
      const repeat = symbol === 16 ? bits(2) + 3 : symbol === 17 ? bits(3) + 3 : bits(7) + 11;
      if (index + repeat > lengths.length) damaged();
      lengths.fill(value, index, index + repeat);
      index += repeat;
    }
    return [codeOf(lengths.subarray(0, literals)), codeOf(lengths.subarray(literals))];
  }

  function compressed([literalCode, distanceCode]: [Code, Code]): void {
    for (;;) {
      const symbol = symbolOf(literalCode);
      if (symbol === 256) return;
      if (symbol < 256) {
        if (written >= length) damaged();
        output[written++] = symbol;
        continue;
      }
      const lengthCode = symbol - 257;
      if (lengthCode >= LENGTH_BASE.length) damaged();
      const size = LENGTH_BASE[lengthCode]! + bits(LENGTH_EXTRA[lengthCode]!);
      const distanceSymbol = symbolOf(distanceCode);
      if (distanceSymbol > 29) damaged();
      // The distances 1, 2, 3, 4, then two codes for each number of extra bits.
      const extra = distanceSymbol < 4 ? 0 : (distanceSymbol >> 1) - 1;
      const base = distanceSymbol < 4 ? distanceSymbol + 1 : ((2 + (distanceSymbol & 1)) << extra) + 1;
      const distance = base + bits(extra);
      if (distance > written || written + size > length) damaged();
      // Byte by byte and not copyWithin: source and target overlap on purpose, that is how runs are written.
      for (const end = written + size; written < end; written += 1) output[written] = output[written - distance]!;
    }
  }

  for (let last = 0; last === 0; ) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) stored();
    else if (kind === 1) compressed(fixedCodes());
    else if (kind === 2) compressed(dynamicCodes());
    else damaged();
  }
  if (written !== length) damaged();
  return output;
}

/** The engine's own decoder where it has one (a millisecond for a megabyte), `atob` elsewhere. */
function decodeBase64(text: string): Uint8Array {
  const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array }).fromBase64;
  return native ? native.call(Uint8Array, text) : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/**
 * The bytes behind base64 of raw DEFLATE data, which is how the build writes the module into the script.
 *
 * @param text base64 of the compressed bytes
 * @param length how many bytes come out
 */
export function inflateBase64(text: string, length: number): Uint8Array<ArrayBuffer> {
  return inflate(decodeBase64(text), length);
}
