// Which key does what: pure, so that the help line and the page cannot differ.

export type KeyAction = "record" | "play" | "pause" | "transcribe" | "leave" | "copy";

export const KEY_HELP: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ["R", "Space"], does: "record, stop" },
  { keys: ["P"], does: "pause, play" },
  { keys: ["Enter"], does: "transcribe" },
  { keys: ["C"], does: "copy" },
  { keys: ["Esc"], does: "cancel, discard" },
];

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
  readonly defaultPrevented: boolean;
  readonly target: EventTarget | null;
}

export function actionFor(event: Pressed, isRecording: boolean): KeyAction | undefined {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest("dialog")) return undefined;
  if (event.key === "Escape") return "leave";
  if (target?.closest("textarea, select, input:not([type=checkbox])")) return undefined;

  const isOnControl = target?.closest("button, a, summary, input, [role=slider]") != null;
  switch (event.key.toLowerCase()) {
    case "r":
      return "record";
    case "p":
      return isRecording ? "pause" : "play";
    case "c":
      return "copy";
    // These two already mean something on a button.
    case " ":
      return isOnControl ? undefined : "record";
    case "enter":
      return isOnControl ? undefined : "transcribe";
    default:
      return undefined;
  }
}
