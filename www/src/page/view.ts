// Shows the state: the only code that writes into the page.

import { formatSeconds, saySeconds } from "../clock.ts";
import type { Step } from "../recognition/progress.ts";
import { languageName } from "../words/languages.ts";
import type { Elements } from "./elements.ts";
import { audioOf, canTranscribe, hasTask, isUnheard, nameOf, type State } from "./state.ts";

/** Below this, the time that is left is worth a colour. */
const SHORT_OF_TIME_SECONDS = 30;

const WORTH_COUNTING_SECONDS = 300;

/** Less than a line: positions are fractions where the screen is zoomed. */
const NEARLY_PX = 8;

const STEP_WORDS: Record<Step, string> = {
  preparing: "Getting ready…",
  converting: "Converting to a format the service reads…",
  sending: "Sending…",
  waiting: "Listening…",
  writing: "Writing…",
  hearing: "Listening, piece by piece…",
  uploading: "Uploading…",
  queued: "Waiting for its turn…",
  recognising: "Recognising…",
  downloading: "Fetching the words…",
};

/** The steps of a task, in order, as the page lists them. */
const STAGES: readonly Step[] = ["uploading", "queued", "recognising", "downloading"];

/** What the result looks like now. */
const shown: { text: string; writing: boolean; transcript: State["transcript"] } = {
  text: "",
  writing: false,
  transcript: undefined,
};

/** Makes the page look like a state. Called after every change; touches only what differs. */
export function render(elements: Elements, state: State): void {
  renderControls(elements, state);
  renderProgress(elements, state);
  renderClock(elements, state);
  renderTrouble(elements, state);
  renderResult(elements, state);
  renderUpstream(elements, state);
}

function renderControls(elements: Elements, state: State): void {
  const { phase, source } = state;
  const recording = phase.name === "recording";
  const starting = phase.name === "starting";
  const ready = phase.name === "ready";
  const hasAudio = ready && audioOf(source) !== undefined;
  const done = ready && state.transcript !== undefined;

  document.documentElement.dataset.phase = phase.name;
  document.documentElement.toggleAttribute("data-live", phase.name === "recording" && phase.live);
  show(elements.record, phase.name === "idle" || starting || recording);
  elements.record.setAttribute("aria-pressed", String(recording));
  // Not `disabled`, which would take the focus away from whoever pressed it.
  elements.record.setAttribute("aria-disabled", String(starting));
  elements.record.disabled = !state.canRecord;
  write(elements.recordCaption, `Press and speak, up to ${saySeconds(state.limitSeconds)}`);
  show(elements.recordCaption, phase.name === "idle" && state.canRecord && state.message === "");

  show(elements.pause, recording);
  elements.pause.setAttribute("aria-pressed", String(recording && phase.paused));
  show(elements.play, hasAudio);
  elements.play.setAttribute("aria-pressed", String(state.playing));
  show(elements.transcribe, ready && state.trouble === undefined && source !== undefined && canTranscribe(source));
  write(
    elements.transcribeWords,
    hasTask(state)
      ? "Fetch the words"
      : state.source?.draft?.pieces && !done
        ? "Go on"
        : done
          ? "Transcribe again"
          : "Transcribe",
  );
  elements.transcribe.classList.toggle("primary", !done);
  show(elements.cancel, phase.name === "busy");
  show(elements.discard, starting || (isUnheard(state) && phase.name !== "busy"));
  write(elements.discardWords, starting ? "Cancel" : "Discard");
  show(elements.renew, ready && !isUnheard(state));
  // Where there are words they come first; "New" brings the ways in back.
  show(elements.sources, phase.name === "idle" || (ready && state.text === "" && !done));
  show(elements.level, recording);
  show(elements.invitation, phase.name === "idle");
  write(elements.sourceName, nameOf(source));
  write(elements.status, phase.name === "busy" ? STEP_WORDS[phase.step] : state.message);
}

function renderProgress(elements: Elements, state: State): void {
  const busy = state.phase.name === "busy" ? state.phase : undefined;
  show(elements.progress, busy !== undefined);
  elements.progress.classList.toggle("known", busy?.share !== undefined);
  elements.progress.style.setProperty("--share", String(busy?.share ?? 0));
  elements.progress.classList.toggle("pieces", busy?.pieces !== undefined);
  elements.progress.style.setProperty("--pieces", String(busy?.pieces ?? 1));
  if (busy?.share === undefined) elements.progress.removeAttribute("aria-valuenow");
  else elements.progress.setAttribute("aria-valuenow", String(Math.round(busy.share * 100)));
  write(elements.progressDetail, busy?.detail ?? "");
  show(elements.progressDetail, busy?.detail !== undefined);

  const stage = busy ? STAGES.indexOf(busy.step) : -1;
  show(elements.stages, stage >= 0);
  [...elements.stages.children].forEach((item, index) => {
    if (index === stage) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
    item.classList.toggle("done", index < stage);
  });
  // An address needs no upload.
  const upload = elements.stages.firstElementChild;
  if (upload instanceof HTMLElement) show(upload, state.source?.kind !== "url");
  write(elements.longWay, busy ? state.longWay : "");
  show(elements.longWay, elements.longWay.textContent !== "");
}

function renderClock(elements: Elements, state: State): void {
  const recording = state.phase.name === "recording";
  const left = Math.max(0, Math.ceil(state.limitSeconds - state.seconds));
  const known = recording || state.outline !== undefined || state.source?.kind === "recording";
  write(elements.elapsed, known ? formatSeconds(state.seconds) : "");
  // Two hours that count down would only make people nervous.
  const leftWords = left <= WORTH_COUNTING_SECONDS ? `${formatSeconds(left)} left` : "";
  write(elements.remaining, recording ? leftWords : lengthOf(state));
  show(elements.remaining, elements.remaining.textContent !== "");
  elements.remaining.classList.toggle("urgent", recording && left <= SHORT_OF_TIME_SECONDS);

  const length = state.outline?.seconds;
  show(elements.position, state.phase.name === "ready" && length !== undefined);
  elements.position.setAttribute("aria-valuemax", String(Math.round(length ?? 0)));
  elements.position.setAttribute("aria-valuenow", String(Math.round(state.seconds)));
  elements.position.setAttribute("aria-valuetext", saySeconds(state.seconds));
}

function lengthOf(state: State): string {
  const length = state.outline?.seconds ?? (state.source?.kind === "recording" ? state.source.seconds : undefined);
  return length === undefined ? "" : `of ${formatSeconds(length)}`;
}

function renderTrouble(elements: Elements, state: State): void {
  const { trouble } = state;
  show(elements.trouble, trouble !== undefined);
  write(elements.troubleTitle, trouble?.title ?? "");
  write(elements.troubleAdvice, trouble?.advice ?? "");
  show(elements.troubleRequest, trouble?.requestId !== undefined);
  write(elements.troubleRequest, trouble?.requestId ? `Request ${trouble.requestId}` : "");
  show(elements.tryAgain, state.phase.name === "ready");
}

function renderResult(elements: Elements, state: State): void {
  const live = state.phase.name === "recording" && state.phase.live;
  const step = state.phase.name === "busy" ? state.phase.step : undefined;
  const writing = live || step === "writing" || (step === "hearing" && state.text !== "");
  const visible = live || state.text !== "" || state.transcript !== undefined;
  const appears = visible && elements.result.hidden;
  show(elements.result, visible);
  elements.result.classList.toggle("writing", writing);
  const hasTimes = (state.transcript?.segments.length ?? 0) > 0;
  const reading = hasTimes && !state.editing;
  const canPlay = audioOf(state.source) !== undefined;
  show(elements.views, hasTimes);
  show(elements.reader, reading);
  const textAppears = !reading && (elements.text.hidden || appears);
  show(elements.text, !reading);
  show(elements.listen, reading && canPlay && state.phase.name === "ready");
  elements.listen.setAttribute("aria-pressed", String(state.playing));
  write(elements.listenTime, formatSeconds(state.seconds));
  elements.viewWords.setAttribute("aria-pressed", String(reading));
  elements.viewText.setAttribute("aria-pressed", String(!reading));
  show(elements.downloads, state.transcript !== undefined && !state.transcript.noSpeech);
  for (const button of elements.downloads.querySelectorAll("button")) {
    show(button, hasTimes || button.value === "txt" || button.value === "json");
  }
  elements.text.readOnly = writing || state.phase.name === "busy";
  elements.text.placeholder = live
    ? "Speak: your words appear here."
    : state.transcript?.noSpeech
      ? "No speech was heard."
      : "";
  // Reading a long text back from its box each time would cost more than all the rest.
  const textChanged = shown.text !== state.text;
  const writingChanged = shown.writing !== writing;
  shown.text = state.text;
  shown.writing = writing;
  const isFollowed = appears || isAtEnd(elements.text);
  if (textChanged && elements.text.value !== state.text) elements.text.value = state.text;
  if (textAppears || writingChanged || (textChanged && !reading)) fitHeight(elements.text);
  if (writing && textChanged && isFollowed) elements.text.scrollTop = elements.text.scrollHeight;
  elements.text.lang = elements.segments.lang = state.transcript?.language ?? "";
  show(elements.copy, state.text !== "" && !writing);

  renderFacts(elements, state.transcript);
}

function renderFacts(elements: Elements, transcript: State["transcript"]): void {
  if (shown.transcript === transcript) return;
  shown.transcript = transcript;
  const facts: [name: string, value: string | undefined][] = [
    ["Language", transcript?.language && languageName(transcript.language)],
    ["Emotion", transcript?.emotion],
    ["Billed", transcript?.duration === undefined ? undefined : `${transcript.duration} s`],
    ["Model", transcript?.model],
    ["Request", transcript?.requestId],
  ];
  elements.facts.replaceChildren(
    ...facts.flatMap(([name, value]) => {
      if (!value) return [];
      const pair = document.createElement("div");
      const term = document.createElement("dt");
      const detail = document.createElement("dd");
      term.textContent = name;
      detail.textContent = value;
      pair.append(term, detail);
      return [pair];
    }),
  );
}

/**
 * The box is as tall as its text, so that nobody scrolls inside a scrolling page. While words arrive the style sheet keeps it on the
 * screen, and the newest words in it.
 */
export function fitHeight(text: HTMLTextAreaElement): void {
  const { scrollTop } = text;
  text.style.height = "auto";
  const borders = text.offsetHeight - text.clientHeight;
  text.style.height = `${text.scrollHeight + borders}px`;
  text.scrollTop = scrollTop;
}

/** Whoever has scrolled back to read something again is left there. */
function isAtEnd(text: HTMLTextAreaElement): boolean {
  return text.scrollTop + text.clientHeight >= text.scrollHeight - NEARLY_PX;
}

function renderUpstream(elements: Elements, { about }: State): void {
  if (about === undefined) return;
  const [kind, name, says] = upstreamWords(about);
  elements.upstream.dataset.kind = kind;
  write(elements.upstreamName, name);
  write(elements.upstreamSays, says);
}

/** Who listens: in a few words, which always have room, and what that means. */
function upstreamWords(about: NonNullable<State["about"]>): [kind: string, name: string, says: string] {
  if (about === "unreachable") {
    return ["unknown", "This site's edge function does not answer, so nothing can be transcribed now.", ""];
  }
  if (about.upstream === "emulator") {
    const says = ": speech is recognised on this machine, in English only, and nothing is sent to DashScope.";
    return ["emulator", "Local emulator", says];
  }
  if (!about.hasKey) return ["unknown", "This site has no key yet: set DASHSCOPE_API_KEY and start it again.", ""];
  return ["dashscope", "DashScope", `, ${about.models.quick}: what you transcribe is sent to Alibaba Cloud.`];
}

function show(element: HTMLElement, visible: boolean): void {
  if (element.hidden === visible) element.hidden = !visible;
}

/** Writing the same words again would make a screen reader say them again. */
function write(element: HTMLElement, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}
