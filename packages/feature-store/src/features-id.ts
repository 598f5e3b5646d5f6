import { type ResizeKernel, sha256 } from "@ltad/core";
import type { Tiles } from "@ltad/runtime";

/** How an image becomes the input of an encoder graph. */
export interface InputSpec {
  /** The side of the square input in pixels. */
  readonly inputSize: number;
  /** The filter that resizes images. */
  readonly kernel: ResizeKernel;
  /** The tiles of the input that the graph takes; if omitted, it takes the whole input. */
  readonly tiles?: Tiles | undefined;
}

/** A frozen encoder: its ONNX graph, and how an image becomes its input. */
export interface FrozenEncoder {
  /** An ONNX file with the input `image` [B, S, S, 3] and the outputs `features` [B, N, C] and `z` [B, Dz]; S is the side of a tile if there are tiles. */
  readonly graph: Uint8Array;
  readonly spec: InputSpec;
}

/** Identifies the features of an encoder by the SHA-256 of its graph, of the resizing filter if it is not `linear`, and of the tiles. */
export function featuresId(graph: Uint8Array, { inputSize, kernel, tiles }: InputSpec): string {
  const own = sha256(graph);
  const whole = kernel === "linear" ? own : sha256(`${kernel} ${own}`);
  return tiles ? sha256(`${JSON.stringify({ inputSize, size: tiles.size, starts: tiles.starts })} ${whole}`) : whole;
}
