// Windowed-sinc resampling: browsers record at 44.1 or 48 kHz, the recogniser listens at 16 kHz, and a plain pick of every
// third sample would fold everything above 8 kHz back into the speech.

const LOBES = 16;

/**
 * @param {Float32Array} samples
 * @param {number} from sample rate of `samples`
 * @param {number} to wanted sample rate
 */
export function resample(samples, from, to) {
  if (from === to) return samples;
  const step = from / to;
  // Going down, the filter must stop at the new Nyquist frequency, so it gets wider by the same factor.
  const scale = Math.max(1, step);
  const radius = Math.ceil(LOBES * scale);
  const count = Math.floor(samples.length / step);
  const result = new Float32Array(count);
  // The position between two input samples takes few distinct values (1 for 48 → 16 kHz, 160 for 44.1 → 16 kHz).
  const kernels = new Map();
  for (let i = 0; i < count; i++) {
    const position = i * step;
    const whole = Math.floor(position);
    const phase = Math.round((position - whole) * 1024);
    let kernel = kernels.get(phase);
    if (!kernel) {
      kernel = kernelAt(phase / 1024, radius, scale);
      kernels.set(phase, kernel);
    }
    let sum = 0;
    for (let k = 0; k < kernel.length; k++) {
      const at = whole + k - radius + 1;
      if (at >= 0 && at < samples.length) sum += samples[at] * kernel[k];
    }
    result[i] = sum;
  }
  return result;
}

function kernelAt(phase, radius, scale) {
  const kernel = new Float32Array(radius * 2);
  let total = 0;
  for (let k = 0; k < kernel.length; k++) {
    const x = (k - radius + 1 - phase) / scale;
    const window = Math.abs(x) < LOBES ? 0.5 + 0.5 * Math.cos((Math.PI * x) / LOBES) : 0;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    kernel[k] = sinc * window;
    total += kernel[k];
  }
  // Normalised, so that a constant stays that constant.
  for (let k = 0; k < kernel.length; k++) kernel[k] /= total;
  return kernel;
}
