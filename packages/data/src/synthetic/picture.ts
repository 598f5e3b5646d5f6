// Shapes: S edge of a square picture in pixels. Fields are [S, S], index y * S + x.

/** A square colour picture. */
export interface Picture {
  readonly size: number;
  /** [S, S, 3] RGB, about 0..1; clipped when it is written */
  readonly data: Float32Array;
}

/** RGB, 0..1. */
export type Colour = readonly [number, number, number];

/** A picture whose pixels come from a function, which writes RGB into the array it gets. */
export function paint(size: number, colourAt: (i: number, out: [number, number, number], x: number, y: number) => void): Picture {
  const data = new Float32Array(size * size * 3);
  const colour: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < size * size; i++) {
    colourAt(i, colour, i % size, Math.floor(i / size));
    data[i * 3] = colour[0];
    data[i * 3 + 1] = colour[1];
    data[i * 3 + 2] = colour[2];
  }
  return { size, data };
}

/** out = (a + t (b - a)) * light */
export function mix(out: [number, number, number], a: Colour, b: Colour, t: number, light = 1): void {
  out[0] = (a[0] + t * (b[0] - a[0])) * light;
  out[1] = (a[1] + t * (b[1] - a[1])) * light;
  out[2] = (a[2] + t * (b[2] - a[2])) * light;
}

/** 0 below `from`, 1 above `to`, a smooth step between. */
export function smoothstep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/**
 * Light on a relief from the upper left.
 * @param height [S, S] in pixels
 * @param strength change of light per unit of slope
 * @returns [S, S] about 1
 */
export function relief(height: Float32Array, size: number, strength: number): Float32Array {
  const light = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const up = Math.max(0, y - 1) * size;
    const down = Math.min(size - 1, y + 1) * size;
    for (let x = 0; x < size; x++) {
      const slopeX = height[y * size + Math.min(size - 1, x + 1)]! - height[y * size + Math.max(0, x - 1)]!;
      const slopeY = height[down + x]! - height[up + x]!;
      light[y * size + x] = Math.min(1.6, Math.max(0.35, 1 + strength * (0.45 * slopeX + 0.55 * slopeY)));
    }
  }
  return light;
}

/** Mean over a (2r+1)-square window, edges repeated. [S, S, C] -> [S, S, C] */
export function boxBlur(data: Float32Array, size: number, channels: number, radius: number): Float32Array {
  const rows = blurAxis(data, size, channels, radius, channels, size * channels);
  return blurAxis(rows, size, channels, radius, size * channels, channels);
}

function blurAxis(data: Float32Array, size: number, channels: number, radius: number, step: number, across: number): Float32Array {
  const out = new Float32Array(data.length);
  const at = (line: number, i: number, c: number) => data[line * across + Math.min(size - 1, Math.max(0, i)) * step + c]!;
  for (let line = 0; line < size; line++) {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let i = -radius; i <= radius; i++) sum += at(line, i, c);
      for (let i = 0; i < size; i++) {
        out[line * across + i * step + c] = sum / (2 * radius + 1);
        sum += at(line, i + radius + 1, c) - at(line, i - radius, c);
      }
    }
  }
  return out;
}
