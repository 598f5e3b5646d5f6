import { type ResizeKernel, sha256 } from "@ltad/core";

/** How an image becomes the input of an encoder graph. */
export interface InputSpec {
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  /** The filter that resizes. */
  readonly kernel: ResizeKernel;
}

/** The name of features: SHA-256 of the graph that makes them, and of the filter that resizes its images where that is not `linear`. */
export function featuresId(graph: Uint8Array, { kernel }: Pick<InputSpec, "kernel">): string {
  return kernel === "linear" ? sha256(graph) : sha256(`${kernel} ${sha256(graph)}`);
}
