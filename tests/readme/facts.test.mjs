// What the README claims beside its code: tables, commands, versions, sizes.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import ts from "typescript";
import { modelInfo, Transcriber } from "../../dist/index.js";
import { OLDEST } from "../../scripts/browser-version.mjs";
import { DIST, inProject } from "../../scripts/build/paths.mjs";
import { blocks, readme } from "./blocks.mjs";
import { measured, promised } from "./sizes.mjs";

const manifest = JSON.parse(readFileSync(inProject("package.json"), "utf8"));
const declarations = ts.createSourceFile(
  "index.d.ts",
  readFileSync(`${DIST}/index.d.ts`, "utf8"),
  ts.ScriptTarget.Latest,
  true,
);

const memberNames = (name) =>
  declarations.statements
    .find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name)
    .members.map((member) => member.name.text);

/** The text between a heading and the next one of its rank. */
function section(title) {
  const [, text] = readme().split(new RegExp(`^## ${title}$`, "m"));
  return text.split(/^## /m)[0];
}

const rowsOf = (text) => text.split("\n").filter((line) => line.startsWith("| `"));

/** What stands in backticks in the first column. */
const namesIn = (rows) =>
  rows.flatMap((row) => [...row.split("|")[1].matchAll(/`([A-Za-z_]+)`/g)].map(([, name]) => name));

test("every block has a way to be run", () => {
  const known = {
    ts: ["node", "node alone", "live", "live ai-sdk"],
    js: ["page", "relay", "worker", "slim", "microphone", "speech", "voice", "recorder"],
    jsx: ["react"],
    html: ["voice-note"],
    http: [""],
    sh: [""],
    rust: [""],
    toml: ["dependencies"],
  };
  for (const { language, kind, line } of blocks()) assert.ok(known[language]?.includes(kind), `line ${line}`);
});

test("every command exists", () => {
  const commands = blocks()
    .filter(({ language }) => language === "sh")
    .flatMap(({ code }) => code.trim().split("\n"))
    .map((line) => line.split("#")[0].trim());
  assert.ok(commands.includes("npm start") && commands.includes("npm test"));
  for (const command of commands) {
    if (command === `npm install ${manifest.name}`) continue;
    const [, script] = /^npm (?:run )?(\S+)(?: -- .+)?$/.exec(command) ?? assert.fail(command);
    assert.ok(script in manifest.scripts, command);
  }
});

describe("options", () => {
  const names = namesIn(rowsOf(section("Options")));

  for (const name of ["TranscriberOptions", "ClientSettings", "RequestOptions", "TranscribeOptions"]) {
    test(`every member of ${name} is explained`, () => {
      assert.deepEqual(
        memberNames(name).filter((member) => !names.includes(member)),
        [],
      );
    });
  }

  test("none is explained that does not exist", () => {
    const members = ["TranscriberOptions", "ClientSettings", "RequestOptions", "TranscribeOptions"].flatMap(
      memberNames,
    );
    members.push("longAudio", "concurrency", "resume", "pieceFormat");
    assert.deepEqual(
      names.filter((name) => !members.includes(name)),
      [],
    );
  });
});

describe("models", () => {
  const VALUES = {
    languageHints: ["en"],
    messages: [{ role: "user", text: "a" }],
    vocabulary: { a: 1 },
    specialWordFilter: { a: 1 },
    asrOptions: { a: 1 },
    language: "en",
    context: "a",
    format: "wav",
    vocabularyId: "vocab-a-1",
    resultFormat: "message",
    sampleRate: 16000,
    channelId: [0],
    speakerCount: 2,
  };
  const fetch = async () => Response.json({ output: { task_id: "t-1" } });
  const asr = new Transcriber({ apiKey: "sk-test", fetch });
  const takes = (model, option) => {
    const options = {
      model,
      [option]: VALUES[option] ?? true,
      ...(option === "speakerCount" && { diarizationEnabled: true }),
    };
    const audio = "https://example.com/a.wav";
    const call = modelInfo(model).access === "task" ? asr.submit(audio, options) : asr.buildRequest(audio, options);
    return call.then(
      () => true,
      ({ code }) => code !== "invalid_option",
    );
  };

  let above = [];
  for (const row of section("Options")
    .split("\n")
    .filter((line) => /^\| `[a-z]+[\d]*-/.test(line))) {
    const [, names, , options] = row.split("|");
    const listed = [...options.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    const expected = [...new Set([...(options.includes("the same") ? above : []), ...listed])].sort();
    above = expected;
    for (const [, model] of names.matchAll(/`([^`]+)`/g)) {
      test(`${model} takes what its row says, and nothing else of what not all take`, async () => {
        const special = memberNames("TranscribeOptions").filter(
          (name) => !["model", "protocol", "mediaType", "parameters"].includes(name),
        );
        const taken = await Promise.all(special.map((option) => takes(model, option)));
        assert.deepEqual(special.filter((_, at) => taken[at]).sort(), expected);
        assert.deepEqual(modelInfo(model).options.sort(), expected);
      });
    }
  }
});

test("every option of subtitles is explained, and no other", () => {
  assert.deepEqual(namesIn(rowsOf(section("Subtitles"))).sort(), memberNames("SubtitleOptions").sort());
});

test("every phase of progress is explained, and no other", () => {
  const { type } = declarations.statements
    .find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === "Progress")
    .members.find((member) => member.name.text === "phase");
  const phases = type.types.map(({ literal }) => literal.text);
  assert.deepEqual(namesIn(rowsOf(section("Progress and request ids"))).sort(), phases.sort());
});

describe("errors", () => {
  const rows = rowsOf(section("Errors")).map((row) => row.split("|").map((cell) => cell.trim().replaceAll("`", "")));

  test("every code is explained, and no other", () => {
    const codes = declarations.statements.find(
      (statement) => ts.isTypeAliasDeclaration(statement) && statement.name.text === "ErrorCode",
    );
    assert.deepEqual(rows.map(([, code]) => code).sort(), codes.type.types.map(({ literal }) => literal.text).sort());
  });

  test("classes and verdicts are those of the source", async () => {
    const source = readFileSync(inProject("src", "js", "errors.ts"), "utf8");
    const kinds = readFileSync(inProject("src", "error.rs"), "utf8");
    const retryable = /fn retryable[\s\S]*?matches!\(([\s\S]*?)\)\n/.exec(kinds)[1];
    for (const [, code, className, verdict] of rows) {
      assert.match(source, new RegExp(`\\b${code}: \\["${className}", ${className}\\]`));
      const kind = new RegExp(`Self::(\\w+) => "${code}"`).exec(kinds)[1];
      assert.equal(verdict, new RegExp(`\\b${kind}\\b`).test(retryable) ? "yes" : "no", code);
    }
  });
});

test("the members of a transcript are shown, and no other", () => {
  const shown = [...section("The result").matchAll(/^transcript\.(\w+);/gm)].map(([, name]) => name);
  const members = memberNames("Transcript");
  assert.deepEqual(
    shown.filter((name) => !members.includes(name)),
    [],
  );
  assert.deepEqual(
    members.filter((name) => !shown.includes(name)),
    [],
  );
});

test("the versions in the table are the ones that are tested", () => {
  const table = section("Where it runs");
  const majors = { Vite: "vite", webpack: "webpack", Rollup: "rollup", wrangler: "wrangler" };
  for (const [word, name] of Object.entries(majors)) {
    assert.match(table, new RegExp(`${word} ${manifest.devDependencies[name].split(".")[0]}\\b`));
  }
  assert.match(table, new RegExp(`esbuild ${manifest.devDependencies.esbuild.split(".").slice(0, 2).join("\\.")}\\b`));
  const runtimes = readFileSync(inProject("tests", "packaging", "setup.sh"), "utf8");
  const minor = (name) => new RegExp(`\\b${name}@(\\d+\\.\\d+)\\.`).exec(runtimes)[1];
  assert.match(table, new RegExp(`Deno, Bun \\| [\\d., ]+ \\| ${minor("deno")}, ${minor("bun")} `));
  const nodes = ["node20", "node22"].map((name) => new RegExp(`\\b${name}@\\S+@(\\d+)\\.`).exec(runtimes)[1]);
  const oldestNode = manifest.engines.node.replace(">=", "");
  const tested = [...nodes, manifest.devDependencies.node.split(".")[0]].join(", ");
  assert.match(table, new RegExp(`^\\| Node \\| ${oldestNode} \\| ${tested};`, "m"));
  assert.match(table, new RegExp(`^\\| Chrome, Edge \\| ${OLDEST.Chromium.major};`, "m"));
});

test("the sizes are those of the last build, give or take a kilobyte", () => {
  const [now, then] = [measured(), promised()];
  assert.deepEqual(
    then.map(({ name }) => name),
    now.map(({ name }) => name),
  );
  for (const [index, { name, kilobytes }] of now.entries()) {
    const difference = Math.abs(kilobytes - then[index].kilobytes);
    assert.ok(difference <= 1, `${name}: ${kilobytes} kB now; node tests/readme/update-sizes.mjs writes it down`);
  }
});

test("files and sections that it names exist", () => {
  for (const [, target] of readme().matchAll(/\]\((?!https?:)([^)#\s]+)\)/g))
    assert.ok(existsSync(inProject(target)), target);
  for (const [, path] of readme().matchAll(/`((?:www|tests|src|scripts|examples)\/[^`\s]*|ARCHITECTURE\.md)`/g)) {
    assert.ok(existsSync(inProject(path)), path);
  }
  const anchors = [...readme().matchAll(/^###? (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
  for (const [, anchor] of readme().matchAll(/\]\(#([^)]*)\)/g)) assert.ok(anchors.includes(anchor), anchor);
});

test("the changelog begins with what is coming, and ends with nothing unexplained", () => {
  const changelog = readFileSync(inProject("CHANGELOG.md"), "utf8");
  assert.match(changelog, /^## \[Unreleased\]$/m);
  for (const [, heading] of changelog.matchAll(/^### (.*)$/gm)) {
    assert.ok(["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"].includes(heading), heading);
  }
});
