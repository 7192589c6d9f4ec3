// fuzz.mjs <target | all> [minutes] [--keep] — looks for inputs that break a check of tests/fuzz/checks. Run by fuzz.sh.
//
// It begins with what is kept in tests/fuzz and with the fixtures, and goes on where the last run stopped. `--keep` packs the
// inputs that are worth it afterwards; with 0 minutes it does nothing else.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { inProject } from "./build/paths.mjs";

/** Most bytes of a target's kept corpus: enough for the short run, and nobody minds them in the repository. */
const MOST_KEPT = 48 * 1024;

/**
 * For each target, fixtures to begin with, each behind the bytes that the check reads as its decisions; the sources whose
 * strings are the words of the format; how long an input may get.
 * @type {Record<string, { seeds?: [string, string[]][], words?: string, longest: number }>}
 */
const TARGETS = {
  addresses: { words: "src/{address,api/*}.rs", longest: 200 },
  answers: {
    seeds: [["api/**/*.json", [""]]],
    words: "src/{api/*,api/error_body/*,subtitle/document}.rs",
    longest: 4096,
  },
  data_url: { seeds: [["api/uploads/policy.json", ["\x01\x05"]]], words: "src/data_url{,/*}.rs", longest: 6000 },
  documents: { seeds: [["subtitle/*.json", ["\x02\x01", "\0\0"]]], words: "src/subtitle/document.rs", longest: 4096 },
  errors: {
    seeds: [
      ["sse/*.txt", ["\x90\x01\0\0\0"]],
      ["api/**/*.json", ["\x90\x01\x09\0\x01", "\xF4\x01\x60\0\x03"]],
    ],
    words: "src/{api/error_body{,/*},sse}.rs",
    longest: 2048,
  },
  events: { seeds: [["sse/*.txt", ["\0\x05", "\x01\x20", "\x06\x0B"]]], words: "src/sse.rs", longest: 1024 },
  forms: { seeds: [["relay/*.txt", ["\0", "\x06"]]], words: "src/relay/{multipart,openai/*}.rs", longest: 2048 },
  gate: {
    seeds: [["relay/*.json", ["\0\x07", "\x01\x10", "\x02\0"]]],
    words: "src/{relay/shape,relay/audio,relay/addresses,model/*}.rs",
    longest: 2048,
  },
  json: { seeds: [["{api,subtitle}/**/*.json", [""]]], words: "src/json/*.rs", longest: 1024 },
  media: {
    seeds: [["speech/*.wav", ["\0\0", "\x03\0", "\x01\x07"]]],
    words: "src/{media_type,media{,/*,/*/*}}.rs",
    longest: 4200,
  },
  options: {
    seeds: [["official_sdk/*.json", [""]]],
    words: "src/{options{,/*},config,api/vocabulary,subtitle/options}.rs",
    longest: 1024,
  },
  stream: {
    seeds: [
      ["sse/*.txt", ["\0\x07", "\x01\x10", "\x02\x20", "\x03\x05"]],
      ["api/{generation,chat_completions,flash_generation}/*.json", ["\0\x07", "\x02\x20", "\x03\x05"]],
    ],
    words: "src/{sse,client/{stream,answer},api/*}.rs",
    longest: 2048,
  },
  subtitles: { longest: 1024 },
  waits: { words: "src/retry.rs", longest: 64 },
  wav_write: { longest: 1024 },
};

/** @param {string} target */
function run(target) {
  const { words, longest } = TARGETS[target];
  const corpus = folder("corpus", target);
  for (const input of [...kept(target), ...seeds(target)]) put(corpus, input);
  if (minutes > 0) {
    const limits = [`-max_len=${longest}`, `-max_total_time=${minutes * 60}`, "-timeout=10", "-rss_limit_mb=2048"];
    if (words) limits.push(`-dict=${dictionary(target, words)}`);
    const found = folder("found");
    if (!cargoFuzz(target, [corpus], [...limits, `-artifact_prefix=${found}/${target}-`])) {
      console.error(
        `\n${target}: the run failed. Where a check did, the input is in target/fuzz/found: mend what is wrong, and keep it with`,
      );
      console.error(`  cp target/fuzz/found/${target}-… tests/fuzz/crashes/${target}/what-was-wrong`);
      process.exit(1);
    }
  }
  if (keep) pack(target, corpus);
}

/** @param {string} target @param {string[]} folders @param {string[]} parameters for libFuzzer */
function cargoFuzz(target, folders, parameters) {
  // No sanitizer: there is no unsafe code to watch, and without one the stable compiler is enough, and twice as fast.
  const options = ["--fuzz-dir", "tests/fuzz", "--target-dir", "target/fuzz", "--sanitizer", "none"];
  const command = ["fuzz", "run", ...options, target, ...folders, "--", ...parameters];
  return spawnSync("cargo", command, { cwd: inProject(), stdio: "inherit" }).status === 0;
}

/** Keeps the fewest inputs that reach what all of them reach, the shortest first. */
function pack(target, corpus) {
  const smaller = folder("smaller", target);
  rmSync(smaller, { recursive: true });
  mkdirSync(smaller);
  if (!cargoFuzz(target, [smaller, corpus], ["-merge=1"])) process.exit(1);
  const inputs = readdirSync(smaller).map((file) => readFileSync(`${smaller}/${file}`));
  inputs.sort((one, other) => one.length - other.length || Buffer.compare(one, other));
  const packed = [];
  let size = 0;
  for (const input of inputs) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(input.length);
    size += length.length + input.length;
    if (size <= MOST_KEPT) packed.push(length, input);
  }
  writeFileSync(packedFile(target), Buffer.concat(packed));
  console.log(`${target}: kept ${packed.length / 2} of ${inputs.length} inputs`);
}

function packedFile(target) {
  return inProject("tests", "fuzz", "corpus", `${target}.bin`);
}

/** What is in the repository: inputs packed one behind the other, each behind its length, and the crashes of the past. */
function* kept(target) {
  const packed = existsSync(packedFile(target)) ? readFileSync(packedFile(target)) : Buffer.alloc(0);
  for (let at = 0; at < packed.length; ) {
    const end = at + 4 + packed.readUInt32LE(at);
    yield packed.subarray(at + 4, end);
    at = end;
  }
  for (const file of globSync(inProject("tests", "fuzz", "crashes", target, "*"))) yield readFileSync(file);
}

function* seeds(target) {
  const { seeds = [], longest } = TARGETS[target];
  for (const [pattern, beginnings] of seeds) {
    for (const file of globSync(inProject("tests", "fixtures", pattern))) {
      const content = readFileSync(file);
      for (const beginning of beginnings)
        yield Buffer.concat([Buffer.from(beginning, "latin1"), content]).subarray(0, longest);
    }
  }
}

/** The strings of the sources, as libFuzzer reads them: the words that a reader knows are the ones worth trying. */
function dictionary(target, pattern) {
  const words = new Set();
  for (const file of globSync(inProject(pattern))) {
    const [code] = readFileSync(file, "utf8").split("#[cfg(test)]");
    for (const [, literal] of code.matchAll(/"((?:[^"\\\n]|\\.){2,40})"/g)) {
      const word = literal.replaceAll("\\0", "\\x00").replaceAll("\\n", "\\x0A").replaceAll("\\r", "\\x0D");
      if (/^(?:[ !#-[\]-~]|\\x[0-9A-Fa-f]{2})+$/.test(word)) words.add(`"${word}"\n`);
    }
  }
  const file = inProject("target", "fuzz", `${target}.dict`);
  writeFileSync(file, [...words].join(""));
  return file;
}

/** A folder below target/fuzz. @param {string[]} names */
function folder(...names) {
  const path = inProject("target", "fuzz", ...names);
  mkdirSync(path, { recursive: true });
  return path;
}

/** @param {string} corpus @param {Uint8Array} input */
function put(corpus, input) {
  writeFileSync(`${corpus}/${createHash("sha1").update(input).digest("hex")}`, input);
}

const [name = "", time = "10"] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const [keep, minutes] = [process.argv.includes("--keep"), Number(time)];
const chosen = name === "all" ? Object.keys(TARGETS) : [name].filter((given) => given in TARGETS);
if (chosen.length === 0 || !(minutes >= 0)) {
  console.error(
    `npm run fuzz -- <target> [minutes] [--keep]\nThe targets: ${Object.keys(TARGETS).join(", ")}; or all.`,
  );
  process.exit(2);
}
for (const target of chosen) run(target);
