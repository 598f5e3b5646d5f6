import { contours } from "d3-contour";

/**
 * The border of a mask as an SVG path in pixels of the mask.
 * @param mask [height, width], above 0 is defect
 * @returns null for a mask without a defect
 */
export function maskOutline(mask: ArrayLike<number>, width: number, height: number): string | null {
  // A frame of zeros closes outlines at the border of the image.
  const framed = new Array<number>((width + 2) * (height + 2)).fill(0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) framed[(y + 1) * (width + 2) + x + 1] = (mask[y * width + x] as number) > 0 ? 1 : 0;
  }
  const { coordinates } = contours()
    .size([width + 2, height + 2])
    .contour(framed, 0.5);
  const rings = coordinates.flat().map((ring) => ring.map(([x = 0, y = 0]) => [clamp(x - 1, width), clamp(y - 1, height)] as const));
  return rings.length === 0 ? null : rings.map(ringPath).join("");
}

/** A closed ring; points on a straight line are left out. */
function ringPath(ring: readonly (readonly [number, number])[]): string {
  const corners = ring.filter((point, i) => !straight(ring[i - 1], point, ring[i + 1]));
  return `M${corners.map(([x, y]) => `${round(x)} ${round(y)}`).join("L")}Z`;
}

type Point = readonly [number, number];

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
