// import-names.mjs — short names for what a module imports.
//
// wasm-bindgen names an import after the function it stands for, some sixty letters each, once in the module and once in
// the glue. Nobody reads them there; without them the package is 4 kB smaller on the wire.
//
// Short names fit any glue, so the namespace says which one is meant: it is a hash of the long names. A module of another
// part or of another version (an old file in a cache) would otherwise be linked to the wrong functions without a word.
import { createHash } from "node:crypto";

const IMPORT_SECTION = 2;

/**
 * @param {Uint8Array} module a WebAssembly module whose imports come from one namespace
 * @returns {{ module: Uint8Array, namespace: string, names: Record<string, string> }} the same module, the new name of
 *   its imports' namespace, and their new names by the old ones
 */
export function shortenImports(module) {
  const reader = new Reader(module, 8);
  /** @type {Record<string, string>} */
  const names = {};
  const namespace = namespaceOf(module);
  while (reader.at < module.length) {
    const start = reader.at;
    const section = reader.byte();
    const end = reader.number() + reader.at;
    if (section !== IMPORT_SECTION) {
      reader.at = end;
      continue;
    }
    const content = [];
    const count = reader.number();
    content.push(...leb(count));
    for (let index = 0; index < count; index += 1) {
      reader.text();
      const name = reader.text();
      names[name] ??= Object.keys(names).length.toString(36);
      content.push(...text(namespace), ...text(names[name]), ...reader.description());
    }
    if (reader.at !== end)
      throw new Error("the import section has something in it that import-names.mjs does not know");
    const before = module.subarray(0, start);
    return {
      module: Buffer.concat([before, Uint8Array.of(section, ...leb(content.length), ...content), module.subarray(end)]),
      namespace,
      names,
    };
  }
  throw new Error("the module imports nothing");
}

/** Tells apart what differs in any import or export. @param {Uint8Array} module */
function namespaceOf(module) {
  const compiled = new WebAssembly.Module(module);
  const names = [...WebAssembly.Module.imports(compiled), ...WebAssembly.Module.exports(compiled)];
  const hash = createHash("sha256").update(JSON.stringify(names.map(({ name, kind }) => [name, kind])));
  return hash.digest("base64url").slice(0, 6);
}

class Reader {
  /** @param {Uint8Array} bytes @param {number} at */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned number in LEB128. */
  number() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return Buffer.from(this.bytes.subarray(this.at - length, this.at)).toString();
  }

  /** What is imported: kept as it is. wasm-bindgen imports functions and, in some modes, tables and memories. */
  description() {
    const start = this.at;
    const kind = this.byte();
    if (kind === 0) {
      this.number(); // a function's type
    } else if (kind === 1 || kind === 2) {
      if (kind === 1) this.byte(); // a table's element type
      const limits = this.byte();
      this.number();
      if (limits & 1) this.number();
    } else {
      throw new Error(`an import of kind ${kind}: import-names.mjs does not know it`);
    }
    return this.bytes.subarray(start, this.at);
  }
}

/** @param {number} value */
function leb(value) {
  const bytes = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

/** @param {string} value */
function text(value) {
  const bytes = Buffer.from(value);
  return [...leb(bytes.length), ...bytes];
}
