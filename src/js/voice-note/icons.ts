// The pictures on the buttons, which stand beside words or have their names.

const SVG = "http://www.w3.org/2000/svg";

/** Each in a square of 24. */
const SHAPES = {
  record:
    "M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3Zm5-3a5 5 0 0 1-10 0H5a7 7 0 0 0 6 6.9V22h2v-3.1A7 7 0 0 0 19 12Z",
  stop: "M6 6h12v12H6Z",
  pause: "M6 5h4v14H6Zm8 0h4v14h-4Z",
  play: "M8 5v14l11-7Z",
} as const;

export type Shape = keyof typeof SHAPES;

/** Made of elements: a page whose policy forbids markup made of text has it, too. */
export function icon(shape: Shape): { element: SVGElement; show(shape: Shape): void } {
  const element = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  element.setAttribute("viewBox", "0 0 24 24");
  element.setAttribute("aria-hidden", "true");
  element.append(path);
  const show = (next: Shape) => path.setAttribute("d", SHAPES[next]);
  show(shape);
  return { element, show };
}
