// Attacks by what a request says: each is refused, and the upstream gets no complete request.

import { CHAT, chat, SUBMIT, speech, task, wav } from "../speech.mjs";

const messages =
  '"input":{"messages":[{"role":"user","content":[{"audio":"data:audio/wav;base64,UklGRiQAAABXQVZF"}]}]}';
const model = '"model":"qwen3-asr-flash"';
const with_ = (more) => speech({ more: `,${more}` });
const named = (name) => [`the model ${JSON.stringify(name).slice(0, 60)}`, speech({ model: name }), 403];
const deep = (depth) => with_(`"parameters":{"vocabulary":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`);
const file = (address) => task({ input: { file_url: address } });
const ours = task({ model: "fun-asr" });

/** Name, body, status; and the path where it is not generation. @type {[string, string | Buffer, number, string?][]} */
export const BODIES = [
  // A second model, as readers differ about it.
  ["the model twice", with_('"model":"qwen-vl-max"'), 400],
  ["the model twice, the same", with_(model), 400],
  ["the second model under an escape", with_('"mod\\u0065l":"qwen-vl-max"'), 400],
  ["the second model all in escapes", with_('"\\u006d\\u006f\\u0064\\u0065\\u006c":"qwen-vl-max"'), 400],
  ["the second model in other letters", with_('"Model":"qwen-vl-max"'), 400],
  ["the second model with a space", with_('"model ":"qwen-vl-max"'), 400],
  ["the second model with a zero", with_('"model\\u0000":"qwen-vl-max"'), 400],
  ["the second model with an underscore", with_('"_model":"qwen-vl-max"'), 400],
  ["a second request behind the first", `${speech()}{"model":"qwen-max"}`, 400],
  ["a second request on a line of its own", `${speech()}\n{"model":"qwen-max"}\n`, 400],
  ["letters behind the request", `${speech()}x`, 400],
  ["a comment that only some readers see", `{/*"*/"model":"qwen-max","x":"*/${model},${messages}}`, 400],
  ["a comment to the end of the line", `{${model},//\n"model":"qwen-max",${messages}}`, 400],
  ["names in single quotes", `{'model':'qwen-max',${model},${messages}}`, 400],
  ["names without quotes", `{model:"qwen-max",${model},${messages}}`, 400],
  ["garbage after a name", `{"model"x:"qwen-max",${model},${messages}}`, 400],
  ["a comma too many", `{${model},${messages},}`, 400],
  ["no end", `{${model},${messages}`, 400],
  ["no beginning", `${model},${messages}}`, 400],
  ["only the beginning of a request", `{${model},`, 400],
  ["a byte order mark", `\u{feff}${speech()}`, 400],
  ["a list of requests", `[${speech()}]`, 400],
  ["a list of models", `{"model":["qwen3-asr-flash","qwen-max"],${messages}}`, 400],
  ["no model", `{${messages}}`, 400],
  ["an empty model", `{"model":"",${messages}}`, 403],
  ["UTF-16", Buffer.from(speech(), "utf16le"), 400],
  ["UTF-16 with its mark", Buffer.from(`\u{feff}${speech()}`, "utf16le"), 400],
  ["an overlong letter in a name", Buffer.from(with_('"m\xc1\xafdel":"qwen-max"'), "latin1"), 400],
  ["bytes that are no UTF-8", Buffer.from(with_('"parameters":{"vocabulary_id":"\xff\xfe"}'), "latin1"), 400],
  ["half a pair of surrogates", with_('"parameters":{"vocabulary_id":"\\ud800"}'), 400],
  [
    "half a pair of surrogates as bytes",
    Buffer.from(with_('"parameters":{"vocabulary_id":"\xed\xa0\x80"}'), "latin1"),
    400,
  ],
  ["a line break in a text", with_('"parameters":{"vocabulary_id":"a\nb"}'), 400],

  // Models that only look like one for speech.
  ...[
    ...["qwen-max", "qwen-max/asr", "qwen-max\0asr", "quasrx", "qwen-vl-ft-asr12", "paraformer/../qwen-max"],
    ...[
      "Qwen3-ASR-Flash",
      "qwen3-asr-flash ",
      "\u00a0".repeat(59),
      "qwen3-asr-flash\u00a0",
      "qwen-audio-turbo",
      "fun-asr",
    ],
    ...["__proto__", "constructor", "ｑwen3-asr-flash", "qwen3-asr-flash-realtime", "qwen3-asr-flash\u202e"],
  ].map(named),
  ["a model as long as a novel", speech({ model: "a".repeat(20_000) }), 400],
  ["a model that takes no tasks", task({ model: "qwen3-asr-flash" }), 403, SUBMIT],
  ["a chat that is none of speech", chat({ model: "qwen-max" }), 403, CHAT],

  // Other work, and more of it than was asked for.
  [
    "a chat without audio",
    '{"model":"qwen3-asr-flash","messages":[{"role":"user","content":"write a poem"}]}',
    400,
    CHAT,
  ],
  ["a hundred answers", chat({ more: ',"n":100' }), 400, CHAT],
  ["tools", chat({ more: ',"tools":[]' }), 400, CHAT],
  [
    "two audios",
    `{${model},"input":{"messages":[{"role":"user","content":[{"audio":"${wav()}"},{"audio":"${wav()}"}]}]}}`,
    400,
  ],
  ["a picture", speech({ audio: "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==" }), 415],
  ["a picture that says that it is audio", speech({ audio: "data:audio/png;base64,iVBORw0KGgoAAAANSUhEUg==" }), 415],
  ["a page", speech({ audio: "data:text/html;base64,PGh0bWw+" }), 415],
  ["audio that is no base64", speech({ audio: "data:audio/wav;base64,UklGRiQ AAAA" }), 400],
  ["audio behind its own padding", speech({ audio: "data:audio/wav;base64,UklGRg==UklGRg==" }), 400],
  ["a hundred files", task({ input: { file_urls: Array(100).fill("https://example.com/a.wav") } }), 400, SUBMIT],
  ["a hundred thousand files", task({ input: { file_urls: Array(100_000).fill("https://a.co/a") } }), 400, SUBMIT],
  ["a file and a list of files", task({ input: { file_url: "oss://a/b", file_urls: ["oss://a/b"] } }), 400, SUBMIT],
  ["somebody to be called back", ours.replace("{", '{"callback_url":"https://evil.example/",'), 400, SUBMIT],
  ["resources of another account", ours.replace("{", '{"resources":[{"resource_id":"x"}],'), 400, SUBMIT],
  ["a hundred channels", ours.replace("{}", `{"channel_id":[${Array(100).fill(1)}]}`), 400, SUBMIT],
  ["the model of a task twice", ours.replace('"input"', '"model":"qwen-max","input"'), 400, SUBMIT],
  ["audio in the place of an address", file(wav()), 400, SUBMIT],

  // Addresses that the service should fetch from where only it can. This machine itself is not among them where the upstream is on
  // it, as here: an emulator may fetch from its neighbours (src/relay/addresses.rs has the others).
  ...[
    ...[
      "file:///etc/passwd",
      "http://100.100.100.200/latest/meta-data",
      "https://100.100.100.200/",
      "http://example.com/a.wav",
    ],
    ...["https://10.0.0.1/a", "https://[fd00::1]/", "https://2130706433/", "https://0x7f000001/"],
    ...[
      "https://db.internal/a",
      "https://user:pass@example.com/a",
      "https://example.com:8443/a",
      "https://example.com\\@evil/",
    ],
    ...["ftp://example.com/a", "gopher://example.com/", "//example.com/a", "oss://a/../b", " https://example.com/a"],
  ].map((address) => [`a file at ${address}`, file(address), 400, SUBMIT]),
  ["a direct call for audio at the metadata service", speech({ audio: "http://100.100.100.200/" }), 400],

  // What should exhaust whoever reads it.
  ["a thousand objects in each other", deep(1000), 400],
  ["a hundred thousand lists in each other", "[".repeat(100_000), 400],
  ["a number of a thousand digits", with_(`"parameters":{"sample_rate":${"9".repeat(1000)}}`), 400],
  ["a name of 100 kB", with_(`"${"n".repeat(100_000)}":1`), 400],
  [
    "a million members",
    with_(`"parameters":{"vocabulary":{${Array.from({ length: 1e6 }, (_, at) => `"${at}":1`)}}}`),
    400,
  ],
  ["a context of a megabyte", with_(`"parameters":{"vocabulary_id":"${"x".repeat(1e6)}"}`), 400],
  ["a polluted prototype", with_('"__proto__":{"model":"qwen-max"}'), 400],
];
