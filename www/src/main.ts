// The page begins here: the parts are made and put together.

import { SavedRecordings, watchMicrophones } from "dashscope-asr/recorder";
import type { About } from "../edge/about.ts";
import { warmUpPackage } from "./package.ts";
import { App } from "./page/app.ts";
import { copyText } from "./page/clipboard.ts";
import { confirmWith } from "./page/confirmation.ts";
import { findElements } from "./page/elements.ts";
import { keepFocus } from "./page/focus.ts";
import { bringIntoView } from "./page/in-view.ts";
import { listenForAudio } from "./page/intake.ts";
import { listenForKeys, showKeyHelp } from "./page/keys.ts";
import { connectOptions, showMicrophones } from "./page/options-form.ts";
import { Playback } from "./page/playback.ts";
import { SavedView } from "./page/saved-view.ts";
import { listenForSeeking } from "./page/seeking.ts";
import { audioOf, nameOf } from "./page/state.ts";
import { fitHeight, render } from "./page/view.ts";
import { Waveform } from "./page/waveform.ts";
import { type DownloadFormat, download } from "./reader/downloads.ts";
import { Reader } from "./reader/reader.ts";
import { readSettings } from "./settings.ts";

/** Visitors have recordings in it: it keeps its name. */
const DATABASE = "dashscope-asr-demo";

const elements = findElements();
const settings = readSettings();
const waveform = new Waveform(elements.waveform);
const playback = new Playback(
  () => app.setPlayback(playback.playing, playback.seconds),
  (seconds) => reader.follow(seconds, playback.playing),
);
const reader = new Reader(elements.segments, (seconds) => void app.playFrom(seconds));
const savedView = new SavedView(elements, {
  onOpen(draft) {
    // Its place in the list goes; what is opened is up there.
    elements.stage.focus({ preventScroll: true });
    void app.earlier.open(draft);
  },
  onRename: (draft, name) => void app.earlier.rename(draft, name),
  onDelete: (draft) => void app.earlier.delete(draft),
});
const app = new App({
  settings,
  waveform,
  playback,
  saved: await SavedRecordings.open(DATABASE),
  confirm: (words, verb) => confirmWith(elements, words, verb),
  onState(state) {
    reader.render(state.transcript, audioOf(state.source) !== undefined);
    render(elements, state);
    savedView.render(state.saved, state.phase.name === "idle" || state.phase.name === "ready");
    if (state.outline && state.phase.name !== "recording") {
      waveform.showOutline(state.outline.peaks, state.seconds / state.outline.seconds);
    }
    keepFocus(elements, state);
    bringIntoView(elements, state.phase);
  },
  onLevel(level) {
    waveform.addLevel(level);
    elements.level.style.setProperty("--level", level.toFixed(3));
  },
  onMicrophoneOpened: () => void showMicrophones(elements, settings),
});

elements.record.addEventListener("click", () => void app.record());
elements.pause.addEventListener("click", () => app.pauseOrResume());
elements.play.addEventListener("click", () => void app.playOrPause());
elements.transcribe.addEventListener("click", () => void app.transcribe());
elements.tryAgain.addEventListener("click", () => void app.transcribe());
elements.cancel.addEventListener("click", () => app.cancel());
elements.discard.addEventListener("click", () => void app.discard());
elements.renew.addEventListener("click", () => void app.discard());
elements.text.addEventListener("input", () => app.editText(elements.text.value));
window.addEventListener("resize", () => fitHeight(elements.text));
elements.copy.addEventListener("click", () => void copy());
elements.listen.addEventListener("click", () => void app.playOrPause());
elements.viewWords.addEventListener("click", () => app.setEditing(false));
elements.viewText.addEventListener("click", () => app.setEditing(true));
elements.deleteAll.addEventListener("click", () => void app.earlier.deleteAll());
elements.downloads.addEventListener("click", (event) => {
  if (event.target instanceof HTMLButtonElement) void save(event.target.value as DownloadFormat);
});
elements.copyCode.addEventListener("click", async () => {
  app.say((await copyText(elements.code.textContent ?? "")) ? "Copied." : "Copying is blocked in this browser.");
});

listenForAudio(elements, {
  onFile: (file) => void app.openFile(file, file.name || "Pasted recording"),
  onUrl: (url) => void app.openUrl(url),
  onSample: () => void app.openSample(),
});
listenForSeeking(elements, playback, () => app.state.outline?.seconds);
listenForKeys(() => app.state.phase.name === "recording", {
  record: () => void app.record(),
  pause: () => app.pauseOrResume(),
  play: () => void app.playOrPause(),
  transcribe: () => void app.transcribe(),
  copy: () => void copy(),
  leave: () => void app.leave(),
});
showKeyHelp();

// Every second is on disk, but the last one is not, and closing the page is rarely meant while speaking or uploading.
window.addEventListener("beforeunload", (event) => {
  const { phase } = app.state;
  const isLost = phase.name === "recording" || (phase.name === "busy" && phase.step === "uploading");
  if (isLost) event.preventDefault();
});

connectOptions(elements, settings);
watchMicrophones(() => void showMicrophones(elements, settings));
app.start();
void showMicrophones(elements, settings);
void askWhoListens();
warmUpPackage();
// For scripts and tests that want to know that every listener is in place.
document.documentElement.dataset.ready = "";

async function copy(): Promise<void> {
  if (app.state.text === "") return;
  const copied = await copyText(app.state.text);
  elements.copyWords.textContent = copied ? "Copied" : "Copy";
  app.say(copied ? "Copied." : "Copying is blocked in this browser: select the text and copy it by hand.");
  setTimeout(() => (elements.copyWords.textContent = "Copy"), 1600);
}

async function save(format: DownloadFormat): Promise<void> {
  const { transcript, text, source } = app.state;
  if (!transcript) return;
  const startedAt = source?.draft?.startedAt || Date.now();
  const date = new Date(startedAt).toISOString().slice(0, 10);
  try {
    await download(format, transcript, text, nameOf(source) || `Recording ${date}`);
  } catch (error) {
    app.say(`That could not be written. ${error instanceof Error ? error.message : error}`);
  }
}

async function askWhoListens(): Promise<void> {
  try {
    const response = await fetch("/api/about");
    app.setAbout(response.ok ? ((await response.json()) as About) : "unreachable");
  } catch {
    app.setAbout("unreachable");
  }
}
