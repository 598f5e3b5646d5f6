/** Overlapping square tiles that cover a square image. */
export interface Tiles {
  /** The side of a tile in pixels. */
  readonly size: number;
  /** Where the tiles begin along either axis, in pixels, ascending. The first begins at 0, and the last ends with the image. */
  readonly starts: readonly number[];
}

/** How an image is fed to an encoder of smaller images. */
export interface Tiling {
  /** The side of the whole square image in pixels. */
  readonly inputSize: number;
  readonly tiles: Tiles;
}

/**
 * The weight of each token of each tile along one axis. The weights of all tiles add up to 1 at every position. Where tiles overlap, the outer quarter of
 * the overlap is only context, and over its middle half the weight passes from one tile to the next. Without an overlap, one tile ends where the next
 * begins.
 * @param stride the pixels that one token spans
 * @returns for each tile, a weight for each of its tokens
 */
export function blendWeights({ size, starts }: Tiles, stride: number): Float32Array[] {
  const overlaps = starts.slice(1).map((start, k) => starts[k]! + size - start);
  const width = Math.max(1e-9, Math.min(...overlaps) / 2);
  const borders = starts.slice(1).map((start, k) => start + overlaps[k]! / 2);
  /** 0 before a border, 1 after it. */
  const behind = (border: number | undefined, x: number) =>
    border === undefined ? 0 : Math.min(1, Math.max(0, (x - border) / width + 0.5));
  return starts.map((start, k) =>
    Float32Array.from({ length: size / stride }, (_, place) => {
      const middle = start + (place + 0.5) * stride;
      return (k === 0 ? 1 : behind(borders[k - 1], middle)) - behind(borders[k], middle);
    }),
  );
}
