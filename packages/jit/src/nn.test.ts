import { expect, it } from "vitest";
import * as nn from "./nn.js";

it("the public names of @ltad/jit/nn", () => {
  expect(Object.keys(nn).sort()).toMatchInlineSnapshot(`
    [
      "attention",
      "conv2d",
      "convTranspose",
      "depthwiseConv2d",
      "embedding",
      "feedForward",
      "firstRows",
      "gelu",
      "initAttention",
      "initConv2d",
      "initConvTranspose",
      "initEmbedding",
      "initLayerNorm",
      "initLinear",
      "initTransformerLayer",
      "layerNorm",
      "layersOf",
      "linear",
      "mergeHeads",
      "multiHeadAttention",
      "postNormLayer",
      "preNormLayer",
      "resizeBilinear",
      "silu",
      "splitHeads",
      "unitLength",
      "unpacked",
      "xavierUniform",
      "zeroLinear",
    ]
  `);
});
