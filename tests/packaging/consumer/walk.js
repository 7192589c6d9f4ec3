// A walk through the whole package, the same in every environment. It gets the package as an argument, because how one
// gets hold of it is what differs; it gives plain data, because it may have to leave a page or a process.

export async function walk(dashscope, { settings, audio }) {
  const { Transcriber, AsrError, EventParser, EventStream, InvalidOptionError, encodeWav, isAsrError } = dashscope;
  const asr = new Transcriber(settings);

  const transcript = await asr.transcribe(new Blob([audio], { type: "audio/wav" }), { language: "en" });

  const stream = asr.stream(audio);
  let streamed = "";
  const kinds = [];
  for await (const event of stream) {
    if (event.type === "delta") streamed += event.delta;
    if (kinds.at(-1) !== event.type) kinds.push(event.type);
  }

  const request = await asr.buildRequest(audio, { stream: true });
  const sent = await request.json();

  const parsed = [];
  const parser = new EventParser({ onEvent: ({ data }) => parsed.push(data) });
  parser.feed("data: one\n\ndata: tw");
  parser.feed("o\n");
  parser.flush();
  const piped = [];
  const events = new Blob(["data: three\n\n"]).stream().pipeThrough(new EventStream()).getReader();
  for (let next = await events.read(); !next.done; next = await events.read()) piped.push(next.value.data);

  let refused;
  try {
    await asr.transcribe(audio, { langauge: "en" });
  } catch (error) {
    refused = error;
  }

  const { token } = await asr.createToken();
  const wav = encodeWav([new Float32Array(441)], 44_100);
  return {
    version: dashscope.version,
    text: transcript.text,
    language: transcript.language,
    hasRequestId: typeof transcript.requestId === "string",
    streamed,
    kinds,
    final: (await stream.final()).text,
    request: [request.method, new URL(request.url).pathname.split("/").at(-1), sent.model],
    dataUrl: (await dashscope.toDataUrl(audio)).slice(0, 30),
    mediaType: dashscope.sniffMediaType(audio.subarray(0, 100)),
    token: typeof token,
    written: dashscope.toText(transcript),
    wav: [wav.length, dashscope.sniffMediaType(wav)],
    events: [...parsed, ...piped],
    refused: {
      classes: [refused instanceof InvalidOptionError, refused instanceof AsrError, refused instanceof Error],
      isAsrError: isAsrError(refused),
      name: refused?.name,
      code: refused?.code,
      field: refused?.field,
      namesIt: /langauge/.test(refused?.message),
    },
  };
}
