import { contours } from "d3-contour";

/** A mask, [height, width], above 0 is defect. */
interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/**
 * The border of a mask as an SVG path for a picture of another size. Even the smallest defect keeps an outline.
 * @returns null for a mask without a defect
 */
export function maskOutline(mask: Mask, picture: { readonly width: number; readonly height: number }): string | null {
  const cells = shrink(mask, Math.min(mask.width, picture.width), Math.min(mask.height, picture.height));
  const { width, height } = cells;
  const { coordinates } = contours()
    .size([width + 2, height + 2])
    .contour(framed(cells), 0.5);
  const place = ([x = 0, y = 0]: readonly number[]): Point => [
    (clamp(x - 1, width) * picture.width) / width,
    (clamp(y - 1, height) * picture.height) / height,
  ];
  const rings = coordinates.flat().map((ring) => ring.map(place));
  return rings.length === 0 ? null : rings.map(ringPath).join("");
}

type Point = readonly [number, number];

/** A cell is a defect when any of its pixels is. */
function shrink({ width: W, height: H, data }: Mask, width: number, height: number): Mask & { data: Uint8Array } {
  const cells = new Uint8Array(width * height);
  for (let y = 0; y < H; y++) {
    const row = Math.floor((y * height) / H) * width;
    for (let x = 0; x < W; x++) if (data[y * W + x]! > 0) cells[row + Math.floor((x * width) / W)] = 1;
  }
  return { width, height, data: cells };
}

/** A frame of zeros, so that outlines close at the border of the image. */
function framed({ width, height, data }: Mask): number[] {
  const out = new Array<number>((width + 2) * (height + 2)).fill(0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[(y + 1) * (width + 2) + x + 1] = data[y * width + x]!;
  }
  return out;
}

/** A closed ring; points on a straight line are left out. */
function ringPath(ring: readonly Point[]): string {
  const corners = ring.filter((point, i) => !straight(ring[i - 1], point, ring[i + 1]));
  return `M${corners.map(([x, y]) => `${round(x)} ${round(y)}`).join("L")}Z`;
}

function straight(before: Point | undefined, at: Point, after: Point | undefined): boolean {
  if (!before || !after) return false;
  return Math.abs((at[0] - before[0]) * (after[1] - at[1]) - (at[1] - before[1]) * (after[0] - at[0])) < 1e-6;
}

function clamp(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size);
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
