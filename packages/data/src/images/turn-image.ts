/** The ways in which {@link turnImage} can turn an image. */
export const turns = ["mirror", "flip", "180", "90", "270"] as const;

/** `mirror` swaps left and right, `flip` top and bottom; a number is an angle in degrees, counter-clockwise as in numpy's `rot90`. */
export type Turn = (typeof turns)[number];

/** The pixel of the image that moves to row y and column x; `last` is the index of the last row and column. */
const sources: Readonly<Record<Turn, (y: number, x: number, last: number) => readonly [y: number, x: number]>> = {
  mirror: (y, x, last) => [y, last - x],
  flip: (y, x, last) => [last - y, x],
  "180": (y, x, last) => [last - y, last - x],
  "90": (y, x, last) => [x, last - y],
  "270": (y, x, last) => [last - x, y],
};

/**
 * A mirrored, flipped or rotated copy of a square image. Pixels only move, so their values stay exact.
 * @param input [size, size, 3] RGB, as {@link loadImage} returns it
 * @returns [size, size, 3]
 */
export function turnImage(input: Float32Array, size: number, turn: Turn): Float32Array {
  const out = new Float32Array(input.length);
  const source = sources[turn];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [row, column] = source(y, x, size - 1);
      const [to, from] = [(y * size + x) * 3, (row * size + column) * 3];
      for (let c = 0; c < 3; c++) out[to + c] = input[from + c]!;
    }
  }
  return out;
}
