import { LtadError } from "@ltad/core/browser";

// Shapes: [h, w] before and [H, W] after.

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A map with one value for each pixel or grid cell, row-major. */
export interface AnomalyMap extends Size {
  /** [height, width] */
  readonly data: Float32Array;
}

/** The two input samples between which each output sample lies, and its distance from the first, 0..1. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float32Array;
}

/**
 * Resizes a map bilinearly with half-pixel centres and clamped edges: out(i) samples in((i + 0.5) h / H - 0.5).
 * The result stays within the range of the map, and a constant stays that constant.
 * It is not antialiased, because it is made for enlarging.
 * sharp cannot be used here: it is off by half an output pixel when it enlarges, which moves a defect's outline.
 * @returns [to.height, to.width]
 * @throws LtadError `LTAD_SHAPE` when `data` does not have width * height values or a side is not a whole number above 0
 * @see torch `F.interpolate(mode="bilinear", align_corners=False)`
 */
export function upsampleBilinear({ data, width: w, height: h }: AnomalyMap, { width: W, height: H }: Size): Float32Array {
  if (data.length !== h * w || ![h, w, H, W].every((side) => Number.isInteger(side) && side > 0)) {
    throw new LtadError(
      "LTAD_SHAPE",
      `upsampleBilinear: expected ${w} x ${h} values and sides above 0, received ${data.length} values and a target of ${W} x ${H}.`,
    );
  }
  const rows = taps(h, H);
  const wide = widen(data, h, w, taps(w, W), W); // [h, W]
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

/** The first pass, which resizes every row to the new width. */
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
