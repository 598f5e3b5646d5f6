import type { ResizeKernel } from "@ltad/core/browser";
import { type Taps, tapsOf } from "./resampling.js";

// Shapes: H, W input; h, w output; C channels. Each axis on its own, the width first.

/** [outer, length, inner], of which `length` is resized. */
interface Axis {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/**
 * Resampling with half-pixel centres, antialiased where an axis shrinks, in floating point.
 * With `linear` the definition of Pillow's BILINEAR and of torch's `interpolate(mode="bilinear", antialias=True)`, with `cubic` of their bicubic.
 * @param data [H, W, C] any range
 * @returns [h, w, C], not rounded; `cubic` and `lanczos3` overshoot the range at edges
 */
export function resize(
  data: ArrayLike<number>,
  [H, W, C]: readonly [number, number, number],
  [h, w]: readonly [number, number],
  kernel: ResizeKernel = "linear",
): Float32Array {
  const along = (from: Float32Array, axis: Axis, n: number) =>
    axis.length === n ? from : resample(from, axis, tapsOf(kernel, axis.length, n), new Float32Array(axis.outer * n * axis.inner));
  // Both axes read the same kind of array, which makes the loop a third faster.
  const rows = along(new Float32Array(data), { outer: H, length: W, inner: C }, w); // [H, w, C]
  return along(rows, { outer: 1, length: H, inner: w * C }, h); // [h, w, C]
}

/**
 * Pillow's resize of 8-bit pixels, byte for byte: weights of 22 binary digits, and rounding and clipping after each axis.
 * @param data [H, W, C]
 * @returns [h, w, C]
 */
export function resizeBytes(
  data: Uint8Array,
  [H, W, C]: readonly [number, number, number],
  [h, w]: readonly [number, number],
  kernel: ResizeKernel,
): Uint8Array {
  const along = (from: ArrayLike<number>, axis: Axis, n: number) => {
    if (axis.length === n) return new Uint8ClampedArray(from);
    const taps = tapsOf(kernel, axis.length, n);
    const fixed = { ...taps, weights: taps.weights.map((v) => Math.trunc(v * 2 ** 22 + 0.5 * Math.sign(v)) / 2 ** 22) };
    return resample(from, axis, fixed, new Uint8ClampedArray(axis.outer * n * axis.inner), (sum) => Math.floor(sum + 0.5));
  };
  const rows = along(data, { outer: H, length: W, inner: C }, w); // [H, w, C]
  return new Uint8Array(along(rows, { outer: 1, length: H, inner: w * C }, h).buffer); // [h, w, C]
}

/** [outer, length, inner] -> [outer, n, inner] */
function resample<T extends Float32Array | Uint8ClampedArray>(
  data: ArrayLike<number>,
  { outer, length, inner }: Axis,
  { first, count, weights, width }: Taps,
  out: T,
  round = (sum: number) => sum,
): T {
  const n = first.length;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < n; i++) {
      const to = (o * n + i) * inner;
      const from = (o * length + first[i]!) * inner;
      const taps = count[i]!;
      const at = i * width;
      if (taps === 2) {
        // as the loop below, to the last bit: enlarging has two taps nearly everywhere, and takes less than half of the time this way
        const before = weights[at]!;
        const after = weights[at + 1]!;
        for (let c = 0; c < inner; c++) out[to + c] = round(before * data[from + c]! + after * data[from + inner + c]!);
        continue;
      }
      for (let c = 0; c < inner; c++) {
        let sum = 0;
        for (let k = 0; k < taps; k++) sum += weights[at + k]! * data[from + k * inner + c]!;
        out[to + c] = round(sum);
      }
    }
  }
  return out;
}
