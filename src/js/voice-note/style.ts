// How the element looks.
//
// Everything follows the page: its text colour, its font, its direction and, by the system colours, its `color-scheme`. A page changes it
// by the variables and by `::part()`.

const TEXT = `
:host {
  --_accent: var(--voice-note-accent, color-mix(in srgb, crimson 78%, CanvasText));
  --_border: var(--voice-note-border, color-mix(in srgb, currentColor 55%, transparent));
  --_surface: var(--voice-note-surface, color-mix(in srgb, currentColor 6%, transparent));
  --_radius: var(--voice-note-radius, 0.6em);
  --_gap: var(--voice-note-gap, 0.5em);
  display: inline-block;
  box-sizing: border-box;
  inline-size: 30em;
  max-inline-size: 100%;
  font: inherit;
  text-align: start;
  vertical-align: top;
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
[part~="group"] { display: grid; gap: var(--_gap); }
[part~="controls"], [part~="found"], [part~="progress"] { display: flex; flex-wrap: wrap; align-items: center; gap: var(--_gap); }
button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 0.4em;
  min-block-size: 44px;
  min-inline-size: 44px;
  padding: 0.3em 0.8em;
  border: 1px solid var(--_border);
  border-radius: var(--_radius);
  background: var(--_surface);
  color: inherit;
  font: inherit;
  cursor: pointer;
}
button:hover:not(:disabled) { background: color-mix(in srgb, currentColor 14%, transparent); }
button:disabled { opacity: 0.5; cursor: default; }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
svg { inline-size: 1.25em; block-size: 1.25em; fill: currentColor; flex: none; }
[part~="record"] { border-color: var(--_accent); color: var(--_accent); font-weight: 600; }
[part~="recording"] { background: var(--_accent); color: Canvas; }
[part~="recording"]:hover:not(:disabled) { background: color-mix(in srgb, var(--_accent) 85%, CanvasText); }
[part~="level"] {
  flex: 1 1 3em;
  min-inline-size: 3em;
  block-size: 0.6em;
  border: 1px solid var(--_border);
  border-radius: 1em;
  overflow: hidden;
}
[part~="level"] > div {
  block-size: 100%;
  inline-size: calc(var(--_level, 0) * 100%);
  background: var(--_accent);
}
[part~="progress-bar"] {
  flex: 1 1 5em;
  block-size: 0.35em;
  border-radius: 1em;
  background: color-mix(in srgb, currentColor 18%, transparent);
  overflow: hidden;
}
[part~="progress-bar"] > div {
  block-size: 100%;
  inline-size: calc(var(--_share, 0) * 100%);
  background: var(--_accent);
}
[part~="progress-text"] { font-size: 0.9em; font-variant-numeric: tabular-nums; }
[part~="time"] { direction: ltr; font-variant-numeric: tabular-nums; white-space: nowrap; }
textarea {
  inline-size: 100%;
  min-block-size: 5em;
  padding: 0.6em;
  border: 1px solid var(--_border);
  border-radius: var(--_radius);
  background: Field;
  color: FieldText;
  font: inherit;
  line-height: 1.5;
  resize: vertical;
}
textarea::placeholder { color: inherit; opacity: 0.75; }
p { margin: 0; min-block-size: 1.4em; }
[part~="problem"] { min-block-size: 0; padding-inline-start: 0.6em; border-inline-start: 4px solid var(--_accent); }
@media (prefers-reduced-motion: no-preference) {
  [part~="level"] > div { transition: inline-size 80ms linear; }
  [part~="progress-bar"] > div { transition: inline-size 300ms ease-out; }
  [part~="waiting"] svg { animation: waiting 1.2s ease-in-out infinite; }
  @keyframes waiting { 50% { opacity: 0.3; } }
}
@media (forced-colors: active) {
  button, textarea, [part~="level"] { border-color: ButtonBorder; }
  [part~="progress-bar"] { border: 1px solid ButtonBorder; }
  [part~="recording"], [part~="level"] > div, [part~="progress-bar"] > div { forced-color-adjust: none; border-color: Highlight; background: Highlight; color: HighlightText; }
  button:disabled { opacity: 1; color: GrayText; border-color: GrayText; }
  :focus-visible { outline-color: Highlight; }
}
`;

let sheet: CSSStyleSheet | undefined;

/** One for all elements, made when it is first needed. A page's policy on styles does not stop it, being no markup. */
export function styleSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(TEXT);
  }
  return sheet;
}
