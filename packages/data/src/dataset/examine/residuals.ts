import { type ImageFacts, side } from "./survey.js";

/** What sets a small picture apart from the mean of its class, of length 1. */
export interface Residuals {
  (small: Uint16Array): Float32Array;
  /** Of the picture in the seven other positions: mirrored, turned by right angles. */
  turned(small: Uint16Array): Float32Array[];
}

/** Against the mean picture of these images. What only makes a picture lighter or its contrast higher is left out. */
export function residualsOf(images: readonly Pick<ImageFacts, "small">[]): Residuals {
  const mean = meanOf(images);
  const ones = unit(new Float32Array(side * side).fill(1));
  const usual = unit(without(mean, [ones]));
  const residual = (small: Uint16Array) =>
    unit(
      without(
        mean.map((value, i) => small[i]! - value),
        [ones, usual],
      ),
    );
  const turned = (small: Uint16Array) => turns.map((at) => residual(small.map((_, i) => small[at(i)]!)));
  return Object.assign(residual, { turned });
}

function meanOf(images: readonly Pick<ImageFacts, "small">[]): Float32Array {
  const mean = new Float32Array(side * side);
  for (const { small } of images) for (let i = 0; i < mean.length; i++) mean[i]! += small[i]! / images.length;
  return mean;
}

/** Without its parts along directions of length 1 that are at right angles. */
function without(values: Float32Array, directions: readonly Float32Array[]): Float32Array {
  const left = Float32Array.from(values);
  for (const direction of directions) {
    const part = direction.reduce((sum, value, i) => sum + value * left[i]!, 0);
    for (let i = 0; i < left.length; i++) left[i]! -= part * direction[i]!;
  }
  return left;
}

/** A picture that is equal to the mean stays 0, which is like no other. */
function unit(values: Float32Array): Float32Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return length < 1e-3 ? new Float32Array(values.length) : values.map((value) => value / length);
}

/** Where each pixel of a turned picture comes from. */
const turns: readonly ((i: number) => number)[] = [1, 2, 3, 4, 5, 6, 7].map((turn) => (i: number) => {
  let [row, column] = [Math.floor(i / side), i % side];
  if (turn & 1) column = side - 1 - column;
  if (turn & 2) row = side - 1 - row;
  return turn & 4 ? column * side + row : row * side + column;
});
