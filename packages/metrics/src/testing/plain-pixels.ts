import type { PixelImage } from "../pixels/pixel-image.js";

/** Regions by the slow definition: pixels of a mask joined as long as two of different labels touch. */
export function plainRegions(mask: Uint8Array, width: number, corners = true): number[][] {
  const pixels = [...mask.keys()].filter((i) => mask[i] !== 0);
  const touch = (a: number, b: number) => {
    const [dx, dy] = [Math.abs((a % width) - (b % width)), Math.abs(Math.floor(a / width) - Math.floor(b / width))];
    return corners ? Math.max(dx, dy) === 1 : dx + dy === 1;
  };
  const regions: number[][] = [];
  for (const pixel of pixels) {
    const near = regions.filter((region) => region.some((other) => touch(pixel, other)));
    for (const region of near) regions.splice(regions.indexOf(region), 1);
    regions.push([pixel, ...near.flat()]);
  }
  return regions;
}

/** The exact PRO curve by the slow definition: one threshold after the other, every distinct score. */
export function plainPro(images: readonly PixelImage[], corners = true): { fpr: number[]; pro: number[] } {
  const thresholds = [...new Set(images.flatMap(({ map }) => [...map]))].sort((a, b) => b - a);
  const regions = images.flatMap(({ map, mask, width }) =>
    mask === null ? [] : plainRegions(mask, width, corners).map((pixels) => pixels.map((i) => map[i]!)),
  );
  const good = images.flatMap(({ map, mask }) => [...map].filter((_, i) => mask === null || mask[i] === 0));
  const share = (scores: readonly number[], t: number) => scores.filter((s) => s >= t).length / scores.length;
  return {
    fpr: [0, ...thresholds.map((t) => share(good, t))],
    pro: [0, ...thresholds.map((t) => regions.reduce((sum, region) => sum + share(region, t), 0) / regions.length)],
  };
}

/** Area under points from 0 to a limit, by trapezoids, the last one cut by linear interpolation, divided by the limit. */
export function plainArea(x: ArrayLike<number>, y: ArrayLike<number>, limit: number): number {
  let area = 0;
  for (let i = 1; i < x.length; i++) {
    const [x0, x1, y0, y1] = [x[i - 1]!, x[i]!, y[i - 1]!, y[i]!];
    if (x0 >= limit || x0 === x1) continue;
    const end = Math.min(x1, limit);
    area += ((end - x0) * (y0 + y0 + ((y1 - y0) * (end - x0)) / (x1 - x0))) / 2;
  }
  return area / limit;
}
