// Shapes: H, W input; h, w output; C channels; K taps of one output pixel.

/** The taps of every output pixel along one axis. */
interface Taps {
  /** First input index of each output pixel, [n]. */
  readonly first: Int32Array;
  /** Number of taps of each output pixel, [n]. */
  readonly count: Int32Array;
  /** Weights, [n, K]; each row sums to 1. */
  readonly weights: Float64Array;
  readonly width: number;
}

/**
 * Bilinear resampling with half-pixel centres, antialiased when an axis shrinks: a triangle filter whose half width is max(1, in / out).
 * The definition of Pillow's BILINEAR and of torch's `interpolate(mode="bilinear", antialias=True)`, in floating point. Each axis on its own.
 * @param data [H, W, C] any range
 * @returns [h, w, C] in the same range, not rounded
 */
export function resizeBilinear(
  data: ArrayLike<number>,
  [H, W, C]: readonly [number, number, number],
  [h, w]: readonly [number, number],
): Float32Array {
  const rows = resizeAxis(data, { outer: H, length: W, inner: C }, w); // [H, w, C]
  return resizeAxis(rows, { outer: 1, length: H, inner: w * C }, h); // [h, w, C]
}

/** [outer, length, inner] -> [outer, n, inner] */
function resizeAxis(
  data: ArrayLike<number>,
  { outer, length, inner }: { outer: number; length: number; inner: number },
  n: number,
): Float32Array {
  if (length === n) return new Float32Array(data); // every pixel is its own centre
  const { first, count, weights, width } = triangleTaps(length, n);
  const out = new Float32Array(outer * n * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < n; i++) {
      const to = (o * n + i) * inner;
      const from = (o * length + (first[i] as number)) * inner;
      const [taps, at] = [count[i] as number, i * width];
      for (let c = 0; c < inner; c++) {
        let sum = 0;
        for (let k = 0; k < taps; k++) sum += (weights[at + k] as number) * (data[from + k * inner + c] as number);
        out[to + c] = sum;
      }
    }
  }
  return out;
}

function triangleTaps(length: number, n: number): Taps {
  const scale = length / n;
  const support = Math.max(1, scale);
  const width = Math.ceil(support) * 2 + 1;
  const taps = { first: new Int32Array(n), count: new Int32Array(n), weights: new Float64Array(n * width), width };
  for (let i = 0; i < n; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support + 0.5));
    const last = Math.min(length, Math.floor(centre + support + 0.5));
    const row = taps.weights.subarray(i * width, (i + 1) * width);
    for (let j = first; j < last; j++) row[j - first] = Math.max(0, 1 - Math.abs(j + 0.5 - centre) / support);
    const sum = row.reduce((a, b) => a + b, 0);
    for (let k = 0; k < width; k++) row[k] = (row[k] as number) / sum;
    taps.first[i] = first;
    taps.count[i] = last - first;
  }
  return taps;
}
