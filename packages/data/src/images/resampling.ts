import type { ResizeKernel } from "@ltad/core/browser";

/** The input pixels, and their weights, of every output pixel along one axis: n outputs of at most K taps. */
export interface Taps {
  /** First input index of each output pixel, [n]. */
  readonly first: Int32Array;
  /** Number of taps of each output pixel, [n]. */
  readonly count: Int32Array;
  /** Weights, [n, K]; each row sums to 1. */
  readonly weights: Float64Array;
  /** K */
  readonly width: number;
}

/** A weight by the distance in pixels, and the distance from which it is 0. */
interface Filter {
  readonly radius: number;
  readonly weight: (distance: number) => number;
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** As Pillow defines them; its bicubic is Catmull and Rom's, a = -0.5. */
const filters: Readonly<Record<Exclude<ResizeKernel, "nearest">, Filter>> = {
  linear: { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  cubic: {
    radius: 2,
    weight: (distance) => {
      const x = Math.abs(distance);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
    },
  },
  lanczos3: { radius: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/**
 * The taps that bring an axis of some length to n pixels. Centres lie at half pixels; a filter stretches where the axis shrinks, which
 * is the antialiasing, and ends at the border. The nearest pixel needs no filter.
 */
export function tapsOf(kernel: ResizeKernel, length: number, n: number): Taps {
  const scale = length / n;
  if (kernel === "nearest") {
    const first = Int32Array.from({ length: n }, (_, i) => Math.min(length - 1, Math.floor((i + 0.5) * scale)));
    return { first, count: new Int32Array(n).fill(1), weights: new Float64Array(n).fill(1), width: 1 };
  }
  return filterTaps(filters[kernel], length, n);
}

function filterTaps({ radius, weight }: Filter, length: number, n: number): Taps {
  const scale = length / n;
  const stretch = Math.max(1, scale);
  const support = radius * stretch;
  const width = Math.ceil(support) * 2 + 1;
  const taps = { first: new Int32Array(n), count: new Int32Array(n), weights: new Float64Array(n * width), width };
  for (let i = 0; i < n; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support + 0.5));
    const last = Math.min(length, Math.floor(centre + support + 0.5));
    const row = taps.weights.subarray(i * width, (i + 1) * width);
    for (let j = first; j < last; j++) row[j - first] = weight((j + 0.5 - centre) / stretch);
    const sum = row.reduce((a, b) => a + b, 0);
    for (let k = 0; k < width; k++) row[k] = row[k]! / sum;
    taps.first[i] = first;
    taps.count[i] = last - first;
  }
  return taps;
}
