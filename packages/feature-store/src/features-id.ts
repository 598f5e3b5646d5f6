import { type ResizeKernel, sha256 } from "@ltad/core";
import type { Tiles } from "@ltad/runtime";

/** How an image becomes the input of an encoder graph. */
export interface InputSpec {
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  /** The filter that resizes images. */
  readonly kernel: ResizeKernel;
  /** The graph takes these tiles of the input; without them, the whole input. */
  readonly tiles?: Tiles | undefined;
}

/** A frozen encoder: its ONNX graph and the images that the graph takes. */
export interface FrozenEncoder {
  /** An ONNX file: `image` [B, S, S, 3] in, `features` [B, N, C] and `z` [B, Dz] out; S is the side of a tile where there are tiles. */
  readonly graph: Uint8Array;
  readonly spec: InputSpec;
}

/** The name of the features that an encoder gives: SHA-256 of its graph, of the resizing filter where that is not `linear`, and of the tiles. */
export function featuresId(graph: Uint8Array, { inputSize, kernel, tiles }: InputSpec): string {
  const own = sha256(graph);
  const whole = kernel === "linear" ? own : sha256(`${kernel} ${own}`);
  return tiles ? sha256(`${JSON.stringify({ inputSize, size: tiles.size, starts: tiles.starts })} ${whole}`) : whole;
}
