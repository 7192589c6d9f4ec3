// flat-declarations.mjs — gathers what a declaration file exports, and what that refers to, into one text.
//
// Names of the platform (Blob, Request…) get an alias in that text. Without it, a project that has no DOM library, which
// is any plain Node project, could not compile with `skipLibCheck` off.
import ts from "typescript";

/** Heads the aliases. The directive in front of each is what keeps a missing name from being an error. */
const PLATFORM_NOTE =
  "// Types of the platform: each is the one of the project's own libraries, and `any` where these have none.\n";

/**
 * Declarations of types of the platform that a project without DOM library can compile, too.
 * @param {Map<string, string>} aliases the name here, with type parameters or, for a value, after `const` → the platform's
 *   type
 * @returns {string}
 */
export function platformAliases(aliases) {
  if (aliases.size === 0) return "";
  const lines = [...aliases].map(([name, type]) =>
    name.startsWith("const ") ? `declare ${name}: ${type};` : `type ${name} = ${type};`,
  );
  return `${PLATFORM_NOTE}${lines.map((line) => `// @ts-ignore\n${line}\n`).join("")}\n`;
}

/**
 * @param {string} entry path of the declaration file whose exports are published
 * @param {Map<string, string>} declarations text of the declaration files by path
 * @param {ts.CompilerOptions} options
 * @returns {string}
 */
export function flatten(entry, declarations, options) {
  const program = ts.createProgram([entry], options, hostFor(declarations, options));
  const [mistake] = program.getSemanticDiagnostics(program.getSourceFile(entry));
  if (mistake) throw new Error(`${entry}: ${ts.flattenDiagnosticMessageText(mistake.messageText, "\n")}`);
  const checker = program.getTypeChecker();
  const gathering = new Gathering(program, checker);
  const file = program.getSourceFile(entry);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`${entry} exports nothing`);

  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = original(checker, exported);
    gathering.take(symbol);
    gathering.exported.set(exported.name, symbol.name);
  }
  return gathering.text();
}

/** Reads the declarations from memory and hides the sources beside them, which would otherwise win. */
function hostFor(declarations, options) {
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  const hidden = new Set([...declarations.keys()].map((path) => path.replace(/\.d\.ts$/, ".ts")));
  // Files in memory need no folder on the disk.
  host.directoryExists = undefined;
  host.fileExists = (path) => declarations.has(path) || (!hidden.has(path) && fileExists.call(host, path));
  host.getSourceFile = (path, language, ...rest) =>
    declarations.has(path)
      ? ts.createSourceFile(path, declarations.get(path), language, true)
      : getSourceFile.call(host, path, language, ...rest);
  return host;
}

/** The symbol behind imports and re-exports. */
function original(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

class Gathering {
  /** Public name → name of the declaration. @type {Map<string, string>} */
  exported = new Map();
  /** @type {Map<string, ts.Symbol>} */
  #taken = new Map();
  /** @type {Map<string, string>} */
  #aliases = new Map();

  constructor(program, checker) {
    this.program = program;
    this.checker = checker;
  }

  /** Takes a declaration of ours and, in turn, everything it names. */
  take(symbol) {
    const known = this.#taken.get(symbol.name);
    if (known === symbol) return;
    if (known) throw new Error(`two published declarations are called ${symbol.name}; rename one`);
    this.#taken.set(symbol.name, symbol);
    for (const declaration of symbol.declarations ?? []) this.#visit(statementOf(declaration));
  }

  #visit(node) {
    if (ts.isIdentifier(node)) this.#refer(node);
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  #refer(identifier) {
    const symbol = this.#symbolAt(identifier);
    if (!symbol) return;
    if (this.#isPlatform(symbol)) this.#alias(identifier, symbol);
    else if (this.#isOurs(symbol)) this.take(symbol);
  }

  /** What a name refers to, if it is a name that stands by itself and not a member, a parameter or a type parameter. */
  #symbolAt(identifier) {
    const found = this.checker.getSymbolAtLocation(identifier);
    if (!found) return undefined;
    const symbol = original(this.checker, found);
    const declaration = symbol.declarations?.[0];
    if (!declaration) return undefined;
    if (ts.isSourceFile(declaration)) throw new Error(`the published types name a whole module: ${identifier.text}`);
    return ts.isSourceFile(statementOf(declaration).parent) ? symbol : undefined;
  }

  #isOurs(symbol) {
    return symbol.declarations.every(
      (declaration) => !this.program.isSourceFileDefaultLibrary(declaration.getSourceFile()),
    );
  }

  /** A symbol that the language itself does not have: declared in the libraries of the DOM only. */
  #isPlatform(symbol) {
    return symbol.declarations.every((declaration) => /\/lib\.dom\b[^/]*$/.test(declaration.getSourceFile().fileName));
  }

  #alias(identifier, symbol) {
    const { parent } = identifier;
    if (ts.isTypeQueryNode(parent)) {
      this.#aliases.set(platformValue(identifier.text), `typeof globalThis.${identifier.text}`);
      return;
    }
    if (ts.isQualifiedName(parent)) {
      this.#aliases.set(memberName(parent), `globalThis.${parent.getText()}`);
      return;
    }
    if (extendsAsClass(identifier)) {
      this.#aliases.set(`const ${platformValue(identifier.text)}`, `typeof globalThis.${identifier.text}`);
      return;
    }
    const declared = symbol.declarations.find((declaration) => declaration.typeParameters);
    const parameters = declared?.typeParameters ?? [];
    const head = parameters.length > 0 ? `<${parameters.map((parameter) => parameter.getText()).join(", ")}>` : "";
    const names = parameters.length > 0 ? `<${parameters.map((parameter) => parameter.name.text).join(", ")}>` : "";
    this.#aliases.set(`${identifier.text}${head}`, `globalThis.${identifier.text}${names}`);
  }

  text() {
    const parts = [];
    for (const symbol of this.#taken.values()) {
      const statements = new Set(symbol.declarations.map(statementOf));
      for (const statement of statements) parts.push(`${this.#print(statement)}\n`);
    }
    const renamed = [...this.exported].filter(([name, local]) => name !== local);
    // Always there: a declaration file without it would export its inner types, too.
    parts.push(
      `export {${renamed.map(([name, local]) => ` ${local} as ${name}`).join(",")}${renamed.length > 0 ? " " : ""}};\n`,
    );
    return platformAliases(this.#aliases) + parts.join("\n");
  }

  /** The statement with its doc comment, its names as they are called here, exported only if it is public. */
  #print(statement) {
    const file = statement.getSourceFile();
    /** @type {[number, number, string][]} */
    const edits = [];
    for (const modifier of ts.getModifiers(statement) ?? []) {
      edits.push([modifier.getStart(), skipSpace(file.text, modifier.end), ""]);
    }
    const name = declaredName(statement);
    const isPublic = this.exported.get(name) === name;
    const needsDeclare = !ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement);
    const start = statement.getStart();
    edits.push([start, start, `${isPublic ? "export " : ""}${needsDeclare ? "declare " : ""}`]);
    this.#renames(statement, edits);

    const comment = statement.jsDoc?.at(-1);
    const begin = comment ? comment.pos : start;
    let text = file.text.slice(begin, statement.end);
    edits.sort((a, b) => b[0] - a[0] || b[1] - a[1]);
    for (const [from, to, replacement] of edits) {
      text = text.slice(0, from - begin) + replacement + text.slice(to - begin);
    }
    return text;
  }

  #renames(node, edits) {
    if (ts.isImportTypeNode(node) && node.qualifier && !node.isTypeOf) {
      edits.push([node.getStart(), node.qualifier.getStart(), ""]);
    }
    if (ts.isIdentifier(node)) {
      const symbol = this.#symbolAt(node);
      if (symbol && ts.isTypeQueryNode(node.parent) && this.#isPlatform(symbol)) {
        edits.push([node.parent.getStart(), node.parent.end, platformValue(node.text)]);
      } else if (symbol && extendsAsClass(node) && this.#isPlatform(symbol)) {
        edits.push([node.getStart(), node.end, platformValue(node.text)]);
      } else if (symbol && ts.isQualifiedName(node.parent) && this.#isPlatform(symbol)) {
        edits.push([node.parent.getStart(), node.parent.end, memberName(node.parent)]);
      } else if (symbol && symbol.name !== node.text && this.#taken.get(symbol.name) === symbol) {
        edits.push([node.getStart(), node.end, symbol.name]);
      }
    }
    ts.forEachChild(node, (child) => this.#renames(child, edits));
  }
}

/** Is this the class that a published class extends? That is a value and needs one, where all other names are types. */
function extendsAsClass(identifier) {
  const { parent } = identifier;
  return ts.isExpressionWithTypeArguments(parent) && ts.isClassDeclaration(parent.parent.parent);
}

/** What a value of the platform is called here: `typeof fetch` becomes `PlatformFetch`. */
function platformValue(name) {
  return `Platform${name[0].toUpperCase()}${name.slice(1)}`;
}

/** What a member of a platform namespace is called here: `WebAssembly.Module` becomes `WebAssemblyModule`. */
function memberName(qualified) {
  return qualified.getText().replaceAll(".", "");
}

/** The whole statement: of a constant, the declaration node is only the part after `const`. */
function statementOf(declaration) {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

function declaredName(statement) {
  return ts.isVariableStatement(statement) ? statement.declarationList.declarations[0].name.text : statement.name.text;
}

function skipSpace(text, position) {
  let end = position;
  while (/\s/.test(text[end])) end += 1;
  return end;
}
