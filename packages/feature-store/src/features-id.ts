import { type ResizeKernel, sha256 } from "@ltad/core";

/** How an image becomes the input of an encoder graph. */
export interface InputSpec {
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  /** The filter that resizes images. */
  readonly kernel: ResizeKernel;
}

/** A frozen encoder: its ONNX graph and the images that the graph takes. */
export interface FrozenEncoder {
  /** An ONNX file: `image` [B, S, S, 3] in, `features` [B, N, C] and `z` [B, Dz] out. */
  readonly graph: Uint8Array;
  readonly spec: InputSpec;
}

/** The name of the features that an encoder gives: SHA-256 of its graph, and of the resizing filter where that is not `linear`. */
export function featuresId(graph: Uint8Array, { kernel }: Pick<InputSpec, "kernel">): string {
  return kernel === "linear" ? sha256(graph) : sha256(`${kernel} ${sha256(graph)}`);
}
