// OpenAI's endpoint for transcriptions, answered from this service: what Rust has planned is done with the package's own client.

import type { Transcript } from "../../../target/js/relay-glue.js";
import { isAsrError, type Transcriber, type TranscriptEvent } from "../api.js";
import type { Incoming } from "./incoming.js";
import { done, errorOf, written } from "./openai-answer.js";
import { type ReadForm, readForm } from "./openai-form.js";
import { transcriberFor } from "./own-client.js";
import { asRefusal } from "./raw-upload.js";
import { ANSWER_HEADERS } from "./refusal.js";

/** Whether a path is OpenAI's, so that refusals have its shape. */
export function isOpenAi(url: string): boolean {
  // Not taken apart: hosts that cannot be understood are refused, too.
  return url.split("?", 1)[0]?.endsWith("/audio/transcriptions") === true;
}

/** Answers a form of so many bytes. */
export async function answerOpenAi<Env>(incoming: Incoming<Env>, length: number): Promise<Response> {
  const form = await readForm(incoming, length);
  incoming.facts.model = form.plan.model;
  const transcriber = transcriberFor(incoming);
  const headers = { ...ANSWER_HEADERS, "x-request-id": incoming.requestId };
  try {
    if (form.plan.isStream) {
      const steps = stepsOf(transcriber, form, incoming);
      // The first one before the answer begins, so that what is refused has a status of its own.
      const first = await steps.next();
      return new Response(asEvents(first, steps, incoming), {
        headers: { ...headers, "content-type": "text/event-stream; charset=utf-8" },
      });
    }
    const transcript = await transcriptOf(transcriber, form, incoming);
    const isJson = form.plan.format.endsWith("json");
    const type = isJson ? "application/json" : "text/plain; charset=utf-8";
    return new Response(written(transcript, form.plan), { headers: { ...headers, "content-type": type } });
  } catch (error) {
    throw asRefusal(error);
  }
}

async function transcriptOf<Env>(
  transcriber: Transcriber,
  { plan, audio }: ReadForm,
  incoming: Incoming<Env>,
): Promise<Transcript> {
  const { signal } = incoming.abort;
  let transcript: Transcript;
  if (plan.isTask) {
    const address = await transcriber.upload(audio, { model: plan.options.model, signal });
    const task = await transcriber.submit(address, { ...plan.options, signal });
    transcript = await task.result({ signal });
  } else {
    transcript = await transcriber.transcribe(audio, { ...plan.options, signal, longAudio: plan.byTask });
  }
  incoming.facts.seconds = transcript.duration;
  return transcript;
}

/** The events of a streamed answer as JSON. */
async function* stepsOf<Env>(
  transcriber: Transcriber,
  form: ReadForm,
  incoming: Incoming<Env>,
): AsyncGenerator<string, undefined> {
  let said = "";
  const delta = (text: string) => {
    // What was said cannot be taken back: a text that changes in the middle waits for its end.
    if (!text.startsWith(said) || text === said) return [];
    const more = text.slice(said.length);
    said = text;
    return [JSON.stringify({ type: "transcript.text.delta", delta: more })];
  };
  for await (const { text, transcript } of eventsOf(transcriber, form, incoming)) {
    yield* delta(text);
    if (transcript) yield done(transcript);
  }
  return undefined;
}

/** The text as it grows, and the transcript at its end. What is too long for that comes at once. */
async function* eventsOf<Env>(
  transcriber: Transcriber,
  form: ReadForm,
  incoming: Incoming<Env>,
): AsyncGenerator<{ text: string; transcript?: Transcript }> {
  const { plan, audio } = form;
  if (!plan.isTask) {
    try {
      for await (const event of transcriber.stream(audio, { ...plan.options, signal: incoming.abort.signal })) {
        yield growing(event);
      }
      return;
    } catch (error) {
      const isTooLong = isAsrError(error) && (error.code === "audio_too_long" || error.code === "audio_too_large");
      if (!isTooLong || !plan.byTask) throw error;
    }
  }
  const transcript = await transcriptOf(transcriber, form, incoming);
  yield { text: transcript.text, transcript };
}

function growing(event: TranscriptEvent): { text: string; transcript?: Transcript } {
  return event.type === "done" ? { text: event.transcript.text, transcript: event.transcript } : { text: event.text };
}

function asEvents<Env>(
  first: IteratorResult<string>,
  steps: AsyncGenerator<string, undefined>,
  incoming: Incoming<Env>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next: IteratorResult<string> | undefined = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const say = (data: string) => controller.enqueue(encoder.encode(`data: ${data}\n\n`));
        try {
          const step = next ?? (await steps.next());
          next = undefined;
          if (!step.done) return say(step.value);
          say("[DONE]");
        } catch (error) {
          say(JSON.stringify(errorOf(asRefusal(error).refused)));
        }
        controller.close();
      },
      async cancel() {
        incoming.abort.abort();
        await steps.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
