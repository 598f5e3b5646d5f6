import { float32, type FloatArray, floats, LtadError } from "@ltad/core/browser";
import type { Program } from "./program.js";
import { blendWeights, type Tiling } from "./tiles.js";

// Shapes: B images, S side of the whole image, T side of a tile, G and g their sides in tokens, C channels, Dz size of z.

/**
 * Turns an encoder of tiles into an encoder of whole images. It runs on one tile after the other, so it needs only the memory for one tile.
 * @param program takes `image` [B, T, T, 3], and returns `features` [B, g * g, C] and `z` [B, Dz]
 * @returns a program that takes `image` [B, S, S, 3], and returns `features` [B, G * G, C] and `z` [B, Dz], the mean over the tiles
 */
export function tiledProgram(program: Program, tiling: Tiling): Program {
  const { inputSize: side } = tiling;
  return {
    ...program,
    inputs: { image: { dtype: "float32", shape: [null, side, side, 3] } },
    async run({ image }) {
      const pixels = floats(image, "image");
      const images: Encoded[] = [];
      for (let from = 0; from < pixels.length; from += side * side * 3)
        images.push(await encodeTiles(program, pixels.subarray(from, from + side * side * 3), tiling));
      return { features: stacked(images.map(({ features }) => features)), z: stacked(images.map(({ z }) => z)) };
    },
  };
}

interface Encoded {
  readonly features: FloatArray; // [G * G, C]
  readonly z: FloatArray; // [Dz]
}

/** @param pixels [S, S, 3] */
async function encodeTiles(program: Program, pixels: Float32Array, tiling: Tiling): Promise<Encoded> {
  const { size, starts } = tiling.tiles;
  let sums: TileSums | undefined;
  for (const [row, top] of starts.entries()) {
    for (const [column, left] of starts.entries()) {
      const { features, z } = await program.run({ image: cut(pixels, tiling.inputSize, { top, left, size }) });
      sums ??= tileSums(tiling, features!.shape, z!.shape);
      addTile(sums, floats(features, "features"), { row, column });
      addScaled(sums.z.data, floats(z, "z"), 1 / starts.length ** 2);
    }
  }
  return sums!;
}

/** The weighted sums of the tokens of an image, and the weights of each tile. */
interface TileSums extends Encoded {
  /** G */
  readonly grid: number;
  /** The first token of each tile along an axis. */
  readonly starts: readonly number[];
  readonly weights: readonly Float32Array[];
}

/** Sums of 0, whose sizes follow from the outputs of one tile. */
function tileSums(
  { inputSize, tiles }: Tiling,
  [, tokens = 0, channels = 0]: readonly number[],
  [, zSize = 0]: readonly number[],
): TileSums {
  const stride = tiles.size / Math.sqrt(tokens);
  if (![tiles.size, ...tiles.starts].every((at) => Number.isInteger(at / stride)))
    throw new LtadError(
      "LTAD_SHAPE",
      `features: expected a square of tokens at whole numbers of pixels in a tile of ${tiles.size}, received ${tokens}.`,
    );
  const grid = Math.floor(inputSize / stride);
  return {
    features: float32([grid ** 2, channels]),
    z: float32([zSize]),
    grid,
    starts: tiles.starts.map((start) => start / stride),
    weights: blendWeights(tiles, stride),
  };
}

/** Cuts a tile out of an image, [S, S, 3] -> [1, T, T, 3]. */
function cut(pixels: Float32Array, side: number, at: { readonly top: number; readonly left: number; readonly size: number }): FloatArray {
  const tile = float32([1, at.size, at.size, 3]);
  for (let y = 0; y < at.size; y++) {
    const from = ((at.top + y) * side + at.left) * 3;
    tile.data.set(pixels.subarray(from, from + at.size * 3), y * at.size * 3);
  }
  return tile;
}

/** Adds the weighted tokens [1, g * g, C] of a tile. */
function addTile(
  { features: { shape, data }, grid, starts, weights }: TileSums,
  tokens: Float32Array,
  { row, column }: { readonly row: number; readonly column: number },
): void {
  const [channels, columns] = [shape[1]!, weights[column]!];
  for (const [y, weight] of weights[row]!.entries()) {
    for (const [x, share] of columns.entries()) {
      const from = (y * columns.length + x) * channels;
      const to = ((starts[row]! + y) * grid + starts[column]! + x) * channels;
      if (weight * share > 0) addScaled(data.subarray(to), tokens.subarray(from, from + channels), weight * share);
    }
  }
}

function addScaled(sum: Float32Array, values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) sum[i] = sum[i]! + factor * values[i]!;
}

/** Arrays of one shape: B x [...] -> [B, ...] */
function stacked(arrays: readonly FloatArray[]): FloatArray {
  const size = arrays[0]!.data.length;
  const all = float32([arrays.length, ...arrays[0]!.shape]);
  arrays.forEach(({ data }, b) => all.data.set(data, b * size));
  return all;
}
