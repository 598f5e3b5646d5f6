import { type WeightFile, float32, floats, type NdArray, type NdArrays, sizeOf, unflatten } from "@ltad/core";
import type { Conv2d } from "@ltad/jit/nn";
import { checkNumbers, checkTensors } from "../named-params.js";
import { efficientNetShapes, type EfficientNetPlan } from "./architecture.js";
import type { EfficientNetParams } from "./efficient-net.js";
import type { LayerName, NamingStyle } from "./efficient-net-names.js";
import { foldBatchNorm } from "./fold-batch-norm.js";

/** One of our layers, its name in the checkpoint, and the shape of its weight there. */
interface Layer extends LayerName {
  readonly name: string;
  /** [out, in, k, k], depthwise [channels, 1, k, k] */
  readonly shape: readonly number[];
}

/**
 * Reads the parameters of an EfficientNet from a PyTorch checkpoint. Batch norms are folded, layouts become TensorFlow's, and the head is omitted.
 * @param epsilon of the batch norms
 * @throws LtadError `LTAD_WEIGHTS` naming the first tensor of the checkpoint that is missing, unexpected, of another shape, or not finite
 */
export async function readEfficientNet(
  checkpoint: WeightFile,
  plan: EfficientNetPlan,
  style: NamingStyle,
  epsilon: number,
  source: string,
): Promise<EfficientNetParams<NdArray>> {
  const layers = layersOf(plan, style);
  const isSpare = (name: string) => name.endsWith(".num_batches_tracked") || !style.isBody(name);
  checkTensors(checkpoint.tensors, expectedTensors(plan, style), { source, isSpare });
  const named: Record<string, NdArray> = {};
  for (const layer of layers) {
    const arrays = await checkpoint.read(Object.keys(tensorsOfLayer(layer)));
    checkNumbers(arrays, source);
    const { weight, bias } = convolutionOf(layer, arrays, epsilon, source);
    named[`${layer.name}.weight`] = channelsLast(weight, layer.name.endsWith("depthwise"));
    named[`${layer.name}.bias`] = bias;
  }
  return unflatten(named) as EfficientNetParams<NdArray>;
}

/** The name and shape of every tensor that a checkpoint of this plan has. */
export function expectedTensors(plan: EfficientNetPlan, style: NamingStyle): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(layersOf(plan, style).flatMap((layer) => Object.entries(tensorsOfLayer(layer))));
}

/** All layers of a plan in order. */
function layersOf(plan: EfficientNetPlan, style: NamingStyle): Layer[] {
  const first = plan.stages.map((_, s) => plan.stages.slice(0, s).reduce((sum, { blocks }) => sum + blocks, 0));
  return Object.entries(efficientNetShapes(plan))
    .filter(([name]) => name.endsWith(".weight"))
    .map(([full, [kernel, , input, output]]) => {
      const [, s, b, layer = ""] = /^(?:stages\.(\d+)\.blocks\.(\d+)\.)?(\w+)\.weight$/.exec(full) ?? [];
      const [stage, block] = [Number(s), Number(b)];
      const place =
        s === undefined ? undefined : { stage, block, count: first[stage]! + block, expands: plan.stages[stage]?.expansion !== 1 };
      const shape = (layer === "depthwise" ? [input, 1, kernel, kernel] : [output, input, kernel, kernel]) as number[];
      return { name: full.slice(0, -".weight".length), shape, ...style.layer(layer, place) };
    });
}

/** The names and shapes of a layer's tensors in the checkpoint. */
function tensorsOfLayer({ convolution, norm, shape }: Layer): Record<string, readonly number[]> {
  const out = [shape[0]!];
  const weight = { [`${convolution}.weight`]: shape };
  if (norm === undefined) return { ...weight, [`${convolution}.bias`]: out };
  const parts = ["weight", "bias", "running_mean", "running_var"].map((part) => [`${norm}.${part}`, out] as const);
  return { ...weight, ...Object.fromEntries(parts) };
}

function convolutionOf({ convolution, norm }: Layer, arrays: NdArrays, epsilon: number, source: string): Conv2d<NdArray> {
  const of = (name: string) => arrays[name]!;
  const weight = of(`${convolution}.weight`);
  if (norm === undefined) return { weight, bias: of(`${convolution}.bias`) };
  const parts = {
    scale: of(`${norm}.weight`),
    shift: of(`${norm}.bias`),
    mean: of(`${norm}.running_mean`),
    variance: of(`${norm}.running_var`),
  };
  return foldBatchNorm(weight, parts, epsilon, `${source}: ${norm}`);
}

/** [out, in, k, k] -> [k, k, in, out]; depthwise [channels, 1, k, k] -> [k, k, channels, 1]. */
function channelsLast(weight: NdArray, depthwise: boolean): NdArray {
  const [out, input, height, width] = weight.shape as [number, number, number, number];
  const from = floats(weight, "weight");
  const data = new Float32Array(sizeOf(weight.shape));
  let at = 0;
  for (let place = 0; place < height * width; place++)
    if (depthwise) for (let o = 0; o < out; o++) data[at++] = from[o * height * width + place]!;
    else for (let i = 0; i < input; i++) for (let o = 0; o < out; o++) data[at++] = from[(o * input + i) * height * width + place]!;
  return float32(depthwise ? [height, width, out, 1] : [height, width, input, out], data);
}
