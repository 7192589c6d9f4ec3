// Where subtitles part a text, by the runtime's own `Intl.Segmenter`: as the dictionary of the package, and as its judge.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toSrt, toText, toVtt } from "../../dist/index.js";

const said = (text, endMs = 60_000) => ({ text, segments: [{ text, beginMs: 0, endMs }] });
const linesOf = (text, maxCharactersPerLine, endMs) => {
  const blocks = toVtt(said(text, endMs), { maxCharactersPerLine }).split("\n\n").slice(1, -1);
  const lines = blocks.flatMap((block) => block.split("\n").slice(1));
  return lines.map((line) => line.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"));
};
/** Where segments of a text begin. */
const begins = (text, granularity) => {
  const segments = new Intl.Segmenter(undefined, { granularity }).segment(text);
  return new Set(Array.from(segments, ({ index }) => index));
};
/** Where lines begin in their text. */
const places = (text, lines) => {
  let at = 0;
  return lines.map((line) => {
    const place = text.indexOf(line, at);
    assert.notEqual(place, -1, `${line} is not in the text any more`);
    assert.equal(text.slice(at, place).trim(), "", "nothing is left out");
    at = place + line.length;
    return place;
  });
};

/** The lines of a text while a member of an object is another one. */
function withOwn(object, name, value, text) {
  const own = Object.getOwnPropertyDescriptor(object, name);
  if (value) object[name] = value;
  else delete object[name];
  try {
    return linesOf(text, 20);
  } finally {
    Object.defineProperty(object, name, own);
  }
}

/** Sentences of the Universal Declaration of Human Rights, article 1, and words of everyday. */
const TEXTS = {
  Thai: "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม ข้อความภาษาไทย",
  Lao: "ມະນຸດທຸກຄົນເກີດມາມີກຽດສັກສີ ສິດທິ ເສລີພາບແລະຄວາມສະເໝີພາບເທົ່າທຽມກັນ",
  Khmer: "មនុស្សទាំងអស់កើតមកមានសេរីភាពនិងសមភាពក្នុងសេចក្តីថ្លៃថ្នូរនិងសិទ្ធិ",
  Burmese: "လူတိုင်းသည်တူညီလွတ်လပ်သောဂုဏ်သိက္ခာဖြင့်လည်းကောင်းတူညီလွတ်လပ်သောအခွင့်အရေးများဖြင့်လည်းကောင်းမွေးဖွားလာသူများဖြစ်သည်",
  Japanese:
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。コンピューターで学校へ",
  Chinese: "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
};

describe("cut between words", () => {
  for (const [language, text] of Object.entries(TEXTS)) {
    test(language, () => {
      const words = begins(text, "word");
      for (let columns = 24; columns <= 44; columns++) {
        for (const place of places(text, linesOf(text, columns))) {
          assert.ok(
            words.has(place),
            `${columns} columns: …${text.slice(place - 5, place)}|${text.slice(place, place + 5)}…`,
          );
        }
      }
    });
  }

  test("long texts without a space are cut between words throughout", () => {
    const text = TEXTS.Thai.replaceAll(" ", "").repeat(60);
    const words = begins(TEXTS.Thai.replaceAll(" ", ""), "word");
    const inside = places(text, linesOf(text, 42, 3_600_000)).filter((at) => !words.has(at % (text.length / 60)));
    assert.deepEqual(inside, []);
  });

  for (const [name, hide] of [
    ["has no Segmenter", (text) => withOwn(Intl, "Segmenter", undefined, text)],
    [
      "fails",
      (text) =>
        withOwn(
          Intl.Segmenter.prototype,
          "segment",
          () => {
            throw new Error("no data");
          },
          text,
        ),
    ],
  ]) {
    test(`between characters where the runtime ${name}`, () => {
      const text = TEXTS.Thai;
      const characters = begins(text, "grapheme");
      const words = begins(text, "word");
      const found = places(text, hide(text));
      assert.ok(found.every((place) => characters.has(place)));
      assert.ok(
        found.some((place) => !words.has(place)),
        "the Segmenter was asked all the same",
      );
    });
  }
});

test("no line begins inside what the runtime takes for one character", () => {
  const scripts = [
    "นำ้าัก",
    "ກຳໍາ",
    "ខ្មែរ",
    "မြန်မာ",
    "क्षि ज्ञ",
    "தமிழ்",
    "각ᄀ",
    "🇩🇪🇫🇷",
    "👩‍👩‍👧‍👦👍🏽❤️",
    "ae\u0301\u0302",
    "שָׁל",
    "中、葛\u{E0100}",
    "ガっー",
    "(“”)",
    " ",
  ];
  const parts = scripts.flatMap((script) => [...script]);
  let seed = 5;
  const below = (limit) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * limit);
  };
  for (let round = 0; round < 400; round++) {
    const pieces = Array.from({ length: 30 }, () =>
      below(3) ? scripts[below(scripts.length)] : parts[below(parts.length)],
    );
    const text = pieces.join("").replace(/\s+/g, " ").trim();
    const characters = begins(text, "grapheme");
    const columns = 8 + below(30);
    for (const place of places(text, linesOf(text, columns))) {
      assert.ok(characters.has(place), `${columns} columns: ${JSON.stringify(text)} at ${place}`);
    }
  }
});

// One word of 320 000 letters took 17.7 s, twice as long a text four times as long.
describe("a text is written in a time that grows with it", () => {
  const seconds = (work) => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  const times = (part, bytes) => part.repeat(Math.ceil(bytes / Buffer.byteLength(part)));
  const count = (bytes, each) => Array.from({ length: Math.ceil(bytes / 50) }, (_, index) => each(index));
  const one = (part) => (bytes) => said(times(part, bytes), 3_600_000);
  const kinds = {
    "one word": one("a"),
    spaces: one(" "),
    "spaces that do not break": one("\u00a0"),
    "marks that close": one("!"),
    "marks that open": one("("),
    "quotes between spaces": one('" '),
    "combining marks": one("\u0301"),
    joiners: one("👩\u200d"),
    flags: one("🇩🇪"),
    conjuncts: one("क्"),
    Chinese: one("你好世界"),
    Thai: one("ข้อความภาษาไทย"),
    Korean: one("한국어 "),
    English: one("subtitles are read "),
    "words of one letter": one("a "),
    "many segments": (bytes) => ({
      text: "",
      segments: count(bytes, (index) => ({ text: `number ${index}`, beginMs: index * 1e3, endMs: index * 1e3 + 900 })),
    }),
    "segments that come backwards, of two voices": (bytes) => ({
      text: "",
      segments: count(bytes, (index) => ({ text: "a", beginMs: 3e8 - index, endMs: 3e8, speakerId: index % 2 })),
    }),
    "words with times": (bytes) => ({
      text: "",
      segments: [
        {
          text: times("word ", bytes / 10),
          beginMs: 0,
          endMs: 3_600_000,
          words: count(bytes, (index) => ({ text: "word ", beginMs: index, endMs: index + 1, punctuation: "" })),
        },
      ],
    }),
  };
  const least = (write, transcript) => Math.min(...[1, 2].map(() => seconds(() => write(transcript))));
  for (const [name, make] of Object.entries(kinds)) {
    test(name, () => {
      const [half, whole] = [make(200_000), make(400_000)];
      toVtt(whole); // so that memory has grown and code is compiled
      for (const write of [toVtt, toText]) {
        const [short, long] = [least(write, half), least(write, whole)];
        assert.ok(long < 3 * short + 0.1, `${write.name}: ${short} s, twice as much ${long} s`);
      }
    });
  }

  test("one word of five megabytes freezes no page", () => {
    const word = kinds["one word"](5_000_000);
    for (const write of [toVtt, toSrt, toText]) {
      const taken = seconds(() => write(word));
      assert.ok(taken < 4, `${write.name}: ${taken} s of a second or so`);
    }
  });
});
