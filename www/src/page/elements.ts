/** The parts of index.html that the code touches, each found once and checked. */

function find<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} with the id "${id}"`);
  return found;
}

export function findElements() {
  return {
    upstream: find("upstream", HTMLElement),
    stage: find("stage", HTMLElement),
    waveform: find("waveform", HTMLCanvasElement),
    position: find("position", HTMLElement),
    invitation: find("invitation", HTMLElement),
    sourceName: find("source-name", HTMLElement),
    elapsed: find("elapsed", HTMLElement),
    remaining: find("remaining", HTMLElement),
    level: find("level", HTMLElement),
    record: find("record", HTMLButtonElement),
    recordCaption: find("record-caption", HTMLElement),
    pause: find("pause", HTMLButtonElement),
    play: find("play", HTMLButtonElement),
    transcribe: find("transcribe", HTMLButtonElement),
    transcribeWords: find("transcribe-words", HTMLElement),
    cancel: find("cancel", HTMLButtonElement),
    discard: find("discard", HTMLButtonElement),
    renew: find("renew", HTMLButtonElement),
    progress: find("progress", HTMLElement),
    status: find("status", HTMLElement),
    trouble: find("trouble", HTMLElement),
    troubleTitle: find("trouble-title", HTMLElement),
    troubleAdvice: find("trouble-advice", HTMLElement),
    troubleRequest: find("trouble-request", HTMLElement),
    tryAgain: find("try-again", HTMLButtonElement),
    sources: find("sources", HTMLElement),
    pick: find("pick", HTMLButtonElement),
    file: find("file", HTMLInputElement),
    sample: find("sample", HTMLButtonElement),
    urlForm: find("url-form", HTMLFormElement),
    url: find("url", HTMLInputElement),
    result: find("result", HTMLElement),
    text: find("text", HTMLTextAreaElement),
    facts: find("facts", HTMLElement),
    saved: find("saved", HTMLElement),
    savedList: find("saved-list", HTMLUListElement),
    copy: find("copy", HTMLButtonElement),
    copyWords: find("copy-words", HTMLElement),
    microphone: find("microphone", HTMLSelectElement),
    language: find("language", HTMLSelectElement),
    enableItn: find("enable-itn", HTMLInputElement),
    startAtOnce: find("start-at-once", HTMLInputElement),
    context: find("context", HTMLTextAreaElement),
    dropHint: find("drop-hint", HTMLElement),
    confirm: find("confirm", HTMLDialogElement),
    confirmWords: find("confirm-words", HTMLElement),
    code: find("code", HTMLElement),
    copyCode: find("copy-code", HTMLButtonElement),
  };
}

export type Elements = ReturnType<typeof findElements>;
