import { float32, type NdArray, type Rng, sizeOf, type Tree, unflatten } from "@ltad/core";
import { type EfficientNetPlan, efficientNetShapes } from "../image/architecture.js";
import type { EfficientNetParams } from "../image/efficient-net.js";
import { efficientNetEncoder, type ImageEncoder } from "../image/image-encoder.js";

/** An EfficientNet with all of B0's kinds of blocks and widths small enough for tests. */
export const tinyPlan: EfficientNetPlan = {
  name: "efficientnet-tiny",
  inputSize: 64,
  stem: 8,
  squeeze: 0.25,
  stages: [
    { kernel: 3, stride: 1, expansion: 1, channels: 4, blocks: 1 },
    { kernel: 3, stride: 2, expansion: 3, channels: 6, blocks: 2 },
    { kernel: 5, stride: 2, expansion: 3, channels: 7, blocks: 1 },
    { kernel: 3, stride: 2, expansion: 2, channels: 9, blocks: 1 },
    { kernel: 5, stride: 1, expansion: 2, channels: 10, blocks: 1 },
    { kernel: 5, stride: 2, expansion: 2, channels: 11, blocks: 2 },
    { kernel: 3, stride: 1, expansion: 2, channels: 13, blocks: 1 },
  ],
};

/** Random parameters of these names and shapes, scaled by fan-in (He) so that values neither fade nor grow. */
export function randomParams(shapes: Readonly<Record<string, readonly number[]>>, rng: Rng): Tree<NdArray> {
  const named = Object.entries(shapes).map(([name, shape]) => {
    const fanIn = name.includes("depthwise") ? sizeOf(shape.slice(0, 2)) : sizeOf(shape.slice(0, -1));
    const deviation = shape.length === 1 ? 0.1 : Math.sqrt(2 / fanIn);
    return [name, float32(shape, rng.fork(name).normals(sizeOf(shape), deviation))] as const;
  });
  return unflatten(Object.fromEntries(named));
}

/** A small image encoder with random weights: needs no download and takes milliseconds at 64 pixels. */
export function tinyImageEncoder(rng: Rng, plan: EfficientNetPlan = tinyPlan): ImageEncoder {
  return efficientNetEncoder(plan, randomParams(efficientNetShapes(plan), rng) as EfficientNetParams<NdArray>);
}
