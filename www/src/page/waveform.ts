// Draws a recording, while it is made and afterwards.

const BAR_WIDTH = 3;
const BAR_GAP = 2;

/** Draws the recording: while it is made, scrolling in from the right; afterwards all of it, played part in colour. */
export class Waveform {
  readonly #canvas: HTMLCanvasElement;
  readonly #levels: number[] = [];
  #draw: () => void = () => {};

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  startLive(): void {
    this.#levels.length = 0;
  }

  addLevel(level: number): void {
    this.#levels.push(level);
    // An hour of levels would be a leak; what has scrolled away is not drawn again.
    if (this.#levels.length > 2000) this.#levels.splice(0, 1000);
    this.#show((count) => ({ bars: padStart(this.#levels.slice(-count), count), played: 1 }));
  }

  showOutline(peaks: readonly number[], played: number): void {
    this.#show((count) => ({ bars: resample(peaks, count), played }));
  }

  showNothing(): void {
    this.#show((count) => ({ bars: new Array<number>(count).fill(0), played: 0 }));
  }

  #show(content: (count: number) => { bars: readonly number[]; played: number }): void {
    this.#draw = () => {
      const { width, height } = this.#canvas.getBoundingClientRect();
      if (width === 0) return;
      const scale = globalThis.devicePixelRatio || 1;
      this.#canvas.width = Math.round(width * scale);
      this.#canvas.height = Math.round(height * scale);
      const context = this.#canvas.getContext("2d");
      if (!context) return;
      context.scale(scale, scale);

      const count = Math.floor((width + BAR_GAP) / (BAR_WIDTH + BAR_GAP));
      const { bars, played } = content(count);
      const style = getComputedStyle(this.#canvas);
      const rest = style.getPropertyValue("--wave-rest");
      const done = style.getPropertyValue("--wave-done");
      const left = (width - count * (BAR_WIDTH + BAR_GAP) + BAR_GAP) / 2;
      bars.forEach((bar, index) => {
        const tall = Math.max(BAR_WIDTH, bar * height);
        context.fillStyle = (index + 0.5) / count <= played && bar > 0 ? done : rest;
        context.beginPath();
        context.roundRect(left + index * (BAR_WIDTH + BAR_GAP), (height - tall) / 2, BAR_WIDTH, tall, BAR_WIDTH / 2);
        context.fill();
      });
    };
    this.#draw();
  }
}

function padStart(levels: readonly number[], count: number): number[] {
  return [...new Array<number>(Math.max(0, count - levels.length)).fill(0), ...levels];
}

/** Loudest of each group, scaled so that a quiet recording can be seen too. */
function resample(peaks: readonly number[], count: number): number[] {
  const loudest = Math.max(0.05, ...peaks);
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / count));
    return Math.max(0, ...peaks.slice(from, to)) / loudest;
  });
}
