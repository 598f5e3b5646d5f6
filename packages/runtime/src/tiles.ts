/** Overlapping square tiles that cover a square image. */
export interface Tiles {
  /** Side of a tile in pixels. */
  readonly size: number;
  /** Where tiles begin along either axis, in pixels, ascending: the first at 0, the last so that it ends with the image. */
  readonly starts: readonly number[];
}

/** How an image is fed to an encoder of smaller images. */
export interface Tiling {
  /** Side of the whole square image in pixels. */
  readonly inputSize: number;
  readonly tiles: Tiles;
}

/**
 * How much each token of each tile counts along one axis. The weights of all tiles add up to 1 at every place. Where tiles overlap, the outer
 * quarter of the overlap is context alone, and over its middle half one tile passes into the next; without overlap one ends where the next begins.
 * @param stride pixels to one token
 * @returns for each tile, one weight a token
 */
export function blendWeights({ size, starts }: Tiles, stride: number): Float32Array[] {
  const overlaps = starts.slice(1).map((start, k) => starts[k]! + size - start);
  const width = Math.max(1e-9, Math.min(...overlaps) / 2);
  const borders = starts.slice(1).map((start, k) => start + overlaps[k]! / 2);
  /** 0 before a border, 1 behind it. */
  const behind = (border: number | undefined, x: number) =>
    border === undefined ? 0 : Math.min(1, Math.max(0, (x - border) / width + 0.5));
  return starts.map((start, k) =>
    Float32Array.from({ length: size / stride }, (_, place) => {
      const middle = start + (place + 0.5) * stride;
      return (k === 0 ? 1 : behind(borders[k - 1], middle)) - behind(borders[k], middle);
    }),
  );
}
