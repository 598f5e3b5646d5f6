import type { ResizeKernel } from "@ltad/core/browser";

// Shapes: H, W input; h, w output; three channels. The height first, as libvips does it.

type Samples = Uint8Array | Uint16Array;

/** A kernel by its radius in output pixels. */
interface Kernel {
  readonly points: (shrink: number) => number;
  readonly weight: (x: number) => number;
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const kernels: Readonly<Record<Exclude<ResizeKernel, "nearest">, Kernel>> = {
  linear: { points: (shrink) => 2 * Math.round(shrink) + 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  cubic: { points: (shrink) => 2 * Math.round(2 * shrink) + 1, weight: (x) => catmullRom(Math.abs(x)) },
  lanczos3: { points: (shrink) => 2 * Math.round(3 * shrink) + 1, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function catmullRom(x: number): number {
  if (x <= 1) return 1 - 2.5 * x * x + 1.5 * x ** 3;
  return x <= 2 ? 2 - 4 * x + 2.5 * x * x - 0.5 * x ** 3 : 0;
}

/** What libvips leaves to the kernel when it first averages whole pixels: its option `gap`. */
const gap = 2;
/** Libvips keeps masks for so many positions between two pixels. */
const positions = 64;
/** Weights are cut off to so many steps. */
const steps = 4096;

/**
 * Shrinks pixels as sharp does, to the last bit, for places where there is no sharp: averages of a whole number of pixels, then a kernel at one of
 * 64 positions, in fixed point and rounded after each step.
 * @param data [H, W, 3] of 8 or 16 bits
 * @param side at most H and at most W
 * @returns [side, side, 3]
 * @see libvips, `vips_resize`, `vips_reducev`, `vips_shrinkv`
 */
export function shrinkAsSharp<T extends Samples>(
  data: T,
  { width, height }: { readonly width: number; readonly height: number },
  side: number,
  kernel: Exclude<ResizeKernel, "nearest"> = "linear",
): T {
  const tall = shrinkAxis(data, { outer: 1, length: height, inner: width * 3 }, side, kernels[kernel]);
  return shrinkAxis(tall, { outer: side, length: width, inner: 3 }, side, kernels[kernel]);
}

/** [outer, length, inner], of which `length` is shrunk. */
interface Axis {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

function shrinkAxis<T extends Samples>(data: T, axis: Axis, n: number, kernel: Kernel): T {
  const factor = Math.max(1, Math.floor(axis.length / n / gap));
  const averaged = factor === 1 ? data : averages(data, axis, factor);
  const length = factor === 1 ? axis.length : Math.ceil(axis.length / factor);
  const shrink = axis.length / n / factor;
  return shrink === 1 ? averaged : reduce(averaged, { ...axis, length }, { n, shrink, kernel });
}

function like<T extends Samples>(data: T, length: number): T {
  return (data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length)) as T;
}

/** Averages of `factor` pixels; the last pixel is repeated where there are not enough. */
function averages<T extends Samples>(data: T, { outer, length, inner }: Axis, factor: number): T {
  const n = Math.ceil(length / factor);
  const out = like(data, outer * n * inner);
  const share = Math.floor(2 ** 24 / factor);
  const half = Math.floor(factor / 2);
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < n; i++)
      for (let c = 0; c < inner; c++) {
        let sum = half;
        for (let k = 0; k < factor; k++) sum += data[(o * length + Math.min(i * factor + k, length - 1)) * inner + c]!;
        out[(o * n + i) * inner + c] = Math.floor((sum * share) / 2 ** 24);
      }
  return out;
}

interface Reduction {
  readonly n: number;
  readonly shrink: number;
  readonly kernel: Kernel;
}

function reduce<T extends Samples>(data: T, { outer, length, inner }: Axis, { n, shrink, kernel }: Reduction): T {
  const top = data instanceof Uint16Array ? 65535 : 255;
  const points = kernel.points(shrink);
  const masks = Array.from({ length: positions + 1 }, (_, place) => maskAt(place / positions, points, shrink, kernel));
  const before = Math.ceil(points / 2) - 1;
  const out = like(data, outer * n * inner);
  const sums = new Float64Array(inner);
  for (let i = 0; i < n; i++) {
    const at = (i + 0.5) * shrink;
    const first = Math.floor(at) - before;
    const mask = masks[(Math.floor((at - Math.floor(at)) * positions * 2) + 1) >> 1]!;
    for (let o = 0; o < outer; o++) {
      sums.fill(0);
      for (let k = 0; k < points; k++) {
        const weight = mask[k]!;
        if (weight === 0) continue;
        const from = (o * length + Math.min(Math.max(first + k, 0), length - 1)) * inner;
        for (let c = 0; c < inner; c++) sums[c] = sums[c]! + weight * data[from + c]!;
      }
      const to = (o * n + i) * inner;
      for (let c = 0; c < inner; c++) out[to + c] = Math.min(top, Math.max(0, Math.floor(sums[c]! + 0.5)));
    }
  }
  return out;
}

/** Weights of a kernel that begins `place` of a pixel behind a pixel's middle; they add up to 1. */
function maskAt(place: number, points: number, shrink: number, { weight }: Kernel): Float64Array {
  const half = place + points / 2 - 1;
  const mask = Float64Array.from({ length: points }, (_, i) => weight((i - half) / shrink));
  const sum = mask.reduce((a, b) => a + b, 0);
  return mask.map((value) => Math.trunc((value / sum) * steps) / steps);
}
