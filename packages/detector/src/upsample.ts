import { LtadError } from "@ltad/core";

// Shapes: a map is row-major, [h, w] before and [H, W] after.

/** Which two samples of an axis each output sample lies between, and how far it is from the first (0..1). */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float32Array;
}

/**
 * Resizes a map bilinearly with half-pixel centres and clamped edges: out(i) samples in((i + 0.5) h / H - 0.5).
 * Ours because sharp is off by half an output pixel when it enlarges, which moves a defect's outline.
 * Never leaves the range of the map; a constant stays that constant. Not antialiased: made for enlarging.
 * @param map [h, w]
 * @returns [H, W]
 * @throws LtadError `LTAD_SHAPE` when the map has not h * w values, or a side is not a whole number above 0
 * @see torch `F.interpolate(mode="bilinear", align_corners=False)`
 */
export function upsampleBilinear(map: Float32Array, h: number, w: number, H: number, W: number): Float32Array {
  if (map.length !== h * w || ![h, w, H, W].every((side) => Number.isInteger(side) && side > 0)) {
    throw new LtadError(
      "LTAD_SHAPE",
      `upsampleBilinear: expected a map of ${h} x ${w} and a size above 0, received ${map.length} values for ${H} x ${W}.`,
    );
  }
  const rows = taps(h, H);
  const wide = widen(map, h, w, taps(w, W), W); // [h, W]
  const out = new Float32Array(H * W);
  for (let y = 0; y < H; y++) {
    const top = rows.first[y]! * W;
    const bottom = rows.second[y]! * W;
    const weight = rows.weight[y]!;
    const at = y * W;
    for (let x = 0; x < W; x++) out[at + x] = mix(wide[top + x]!, wide[bottom + x]!, weight);
  }
  return out;
}

/** The first pass: every row to the new width. */
function widen(map: Float32Array, h: number, w: number, columns: Taps, W: number): Float32Array {
  const wide = new Float32Array(h * W);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < W; x++) {
      const left = map[y * w + columns.first[x]!]!;
      const right = map[y * w + columns.second[x]!]!;
      wide[y * W + x] = mix(left, right, columns.weight[x]!);
    }
  }
  return wide;
}

function mix(a: number, b: number, weight: number): number {
  return a + (b - a) * weight;
}

function taps(from: number, to: number): Taps {
  const result = { first: new Int32Array(to), second: new Int32Array(to), weight: new Float32Array(to) };
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(at);
    result.first[i] = first;
    result.second[i] = Math.min(first + 1, from - 1);
    result.weight[i] = at - first;
  }
  return result;
}
