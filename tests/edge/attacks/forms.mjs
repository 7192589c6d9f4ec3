// Attacks by what a form says: each is refused, and the upstream gets no complete request.

const BOUNDARY = "b";
const wav = Buffer.concat([
  Buffer.from(
    "RIFF\xa4\x1f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x80\x1f\0\0",
    "latin1",
  ),
  Buffer.alloc(8064, 3),
]);

/** A part as it stands in a form; `head` comes after its name. */
const part = (disposition, value, head = "") =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n${head}\r\n`, "latin1"),
    Buffer.from(value, "latin1"),
    Buffer.from("\r\n"),
  ]);
const field = (name, value) => part(`name="${name}"`, value);
const file = part('name="file"; filename="a.wav"', wav, "Content-Type: audio/wav\r\n");
const model = field("model", "whisper-1");
const END = `--${BOUNDARY}--\r\n`;
const form = (...parts) => Buffer.concat([...parts, END].map((each) => Buffer.from(each, "latin1")));
const whole = (...more) => form(model, file, ...more);
const typed = (type) => ({ "content-type": type });

/** A form that nothing is wrong with. */
export const GOOD = whole();

/** Name, body, status; and headers, where they are not those of a form. @type {[string, Buffer, number, object?][]} */
export const FORMS = [
  // What is asked for, twice or elsewhere.
  ["two models", whole(field("model", "qwen-max")), 400],
  ["the same model twice", whole(model), 400],
  ["two files", whole(file), 400],
  ["a file as the model", form(file, part('name="model"; filename="m"', "whisper-1")), 400],
  ["a model that writes no speech", form(field("model", "qwen-max"), file), 404],
  ["a model of OpenAI that writes no speech", form(field("model", "gpt-4o"), file), 404],
  ["a model with a second one behind it", form(field("model", "whisper-1\r\nqwen-max"), file), 404],
  ["a model with a zero", form(field("model", "whisper-1\0"), file), 404],
  ["a model in other letters", form(field("model", "WHISPER-1"), file), 404],
  ["a model with a path", form(field("model", "../whisper-1"), file), 404],
  ["no model", form(file), 400],
  ["an empty model", form(field("model", ""), file), 400],
  ["no file", form(model), 400],
  ["an empty file", form(model, part('name="file"; filename="a.wav"', "")), 400],
  ["an address instead of a file", form(model, field("file", "http://169.254.169.254/latest/meta-data")), 400],
  ["an address in a field of its own", whole(field("file_url", "http://169.254.169.254/")), 400],
  ["the service's own parameters", whole(field("parameters", '{"asr_options":{"language":"en"}}')), 400],
  ["a field of another endpoint", whole(field("messages", "[]")), 400],
  ["a field called __proto__", whole(field("__proto__", "x")), 400],
  ["the same language twice", whole(field("language", "en"), field("language", "de")), 400],
  ["a language that leaves its place", whole(field("language", 'en","model":"qwen-max')), 400],
  ["a format that nobody knows", whole(field("response_format", "html")), 400],
  ["a stream that is neither true nor false", whole(field("stream", "maybe")), 400],
  ["a prompt of a megabyte", whole(field("prompt", "x".repeat(1_000_000))), 400],
  ["ten thousand fields", whole(...Array(10_000).fill(field("include[]", "logprobs"))), 400],
  ["letters that are no UTF-8", whole(field("prompt", "\xff\xfe")), 400],
  ["a page for a browser as the file", form(model, part('name="file"; filename="a.wav"', "<html><script>")), 400],

  // What two readers take for two things.
  ["a name twice", form(part('name="model"; name="prompt"', "whisper-1"), file), 400],
  ["a name in another encoding", form(part("name*=utf-8''model", "whisper-1"), file), 400],
  ["no name", whole(part('filename="b.wav"', "x")), 400],
  ["a disposition twice", whole(part('name="prompt"', "x", 'Content-Disposition: form-data; name="model"\r\n')), 400],
  ["a disposition that goes on in the next line", form(part('\r\n name="model"', "whisper-1"), file), 400],
  ["a part in base64", whole(part('name="prompt"', "eA==", "Content-Transfer-Encoding: base64\r\n")), 400],
  ["a form within the form", whole(part('name="prompt"', "x", "Content-Type: multipart/mixed; boundary=c\r\n")), 400],
  ["a head of a megabyte", whole(part('name="prompt"', "x", `X-Long: ${"x".repeat(1_000_000)}\r\n`)), 400],
  ["a name of a megabyte", whole(part(`name="${"x".repeat(1_000_000)}"`, "x")), 400],
  ["line breaks of Unix", Buffer.from(whole().toString("latin1").replaceAll("\r\n", "\n"), "latin1"), 400],
  ["something before the first part", Buffer.concat([Buffer.from("x\r\n"), whole()]), 400],
  ["something behind the end", Buffer.concat([whole(), field("model", "qwen-max")]), 400],
  ["a boundary with something behind it", form(model, Buffer.from("--b x\r\n"), file), 400],
  ["no end", Buffer.concat([model, file]), 400],
  ["nothing", Buffer.alloc(0), 400],
  ["only an end", Buffer.from(END), 400],
  ["JSON", Buffer.from('{"model":"whisper-1"}'), 400],

  // What the header says.
  ["no boundary", whole(), 400, typed("multipart/form-data")],
  ["two boundaries", whole(), 400, typed("multipart/form-data; boundary=x; boundary=b")],
  ["a boundary of a thousand letters", whole(), 400, typed(`multipart/form-data; boundary=${"b".repeat(1000)}`)],
  ["a boundary with a line break in it", whole(), 400, typed('multipart/form-data; boundary="b\t"')],
  ["an empty boundary", whole(), 400, typed('multipart/form-data; boundary=""')],
  ["another kind of form", whole(), 400, typed("multipart/mixed; boundary=b")],
  ["a form of addresses", Buffer.from("model=whisper-1"), 400, typed("application/x-www-form-urlencoded")],
  ["a type for text, which pages may send unasked", whole(), 400, typed("text/plain")],
];
