import { describe, expect, it } from "vitest";
import { joinOnnx } from "./join-onnx.js";
import { type OnnxFile, readOnnx } from "./read-onnx.js";
import { floatTensor, madeModel, value, within } from "./testing/made-model.js";

const before = readOnnx(
  madeModel({ node: [{ opType: "Neg", input: ["x"], output: ["y"] }], input: [value("x", 2)], output: [value("y", 2)] }),
  "before",
);
const after = readOnnx(
  madeModel({ node: [{ opType: "Abs", input: ["in"], output: ["out"] }], input: [value("in", 2)], output: [value("out", 2)] }),
  "after",
);
const middleModel = {
  node: [
    { opType: "Add", input: ["x", "w"], output: ["sum"] },
    { opType: "Clip", input: ["sum", "", "w"], output: ["clipped"] },
    {
      opType: "If",
      input: ["flag"],
      output: ["y"],
      attribute: [within("then_branch", { name: "t", node: [{ opType: "Exp", input: ["sum"], output: ["e"] }], output: [value("e", 2)] })],
    },
  ],
  initializer: [floatTensor("w", [2], [1, 2])],
  sparseInitializer: [{ values: floatTensor("s", [1], [1]), dims: [2] }],
  valueInfo: [value("sum", 2)],
  quantizationAnnotation: [{ tensorName: "w", quantParameterTensorNames: [{ key: "SCALE_TENSOR", value: "scale" }] }],
  input: [value("x", 2)],
  output: [value("y", 2)],
};
const middle = readOnnx(madeModel(middleModel, 13, { producerName: "theirs", functions: [{ name: "f" }] }), "middle");
const chain = { before, middle, after, toMiddle: new Map([["y", "x"]]), toAfter: new Map([["y", "in"]]) };

describe("joinOnnx", () => {
  it("takes the inputs of the first and gives the outputs of the last, at the operator set of the middle", () => {
    const whole = readOnnx(joinOnnx(chain, "x"), "whole");
    expect(whole).toMatchObject({ inputs: [{ name: "x", shape: [2] }], outputs: ["out"], opsets: new Map([["", 13]]) });
    expect(whole.model).toMatchObject({ producerName: "theirs", functions: [{ name: "f" }] });
  });

  it("renames values with the graphs within, and hands them from part to part", () => {
    const { node = [], ...graph } = readOnnx(joinOnnx(chain, "x"), "whole").model.graph;
    expect(node.map(({ opType, input, output }) => [opType, input, output])).toEqual([
      ["Neg", ["x"], ["middle/x"]],
      ["Add", ["middle/x", "middle/w"], ["middle/sum"]],
      ["Clip", ["middle/sum", "", "middle/w"], ["middle/clipped"]],
      ["If", ["middle/flag"], ["middle/y"]],
      ["Abs", ["middle/y"], ["out"]],
    ]);
    expect(node[3]?.attribute?.[0]?.g).toMatchObject({
      name: "t",
      node: [{ input: ["middle/sum"], output: ["middle/e"] }],
      output: [{ name: "middle/e" }],
    });
    expect(graph).toMatchObject({
      initializer: [{ name: "middle/w" }],
      sparseInitializer: [{ values: { name: "middle/s" } }],
      valueInfo: [{ name: "middle/sum" }],
      quantizationAnnotation: [{ tensorName: "middle/w", quantParameterTensorNames: [{ key: "SCALE_TENSOR", value: "middle/scale" }] }],
    });
  });

  it("leaves the parts as they were, so that they can be joined again", () => {
    const first = joinOnnx(chain, "x");
    expect(Buffer.compare(joinOnnx(chain, "x"), first)).toBe(0);
    expect(middle.model.graph.node?.[0]?.input).toEqual(["x", "w"]);
  });

  it("drops dilations of 1 from an AveragePool, which older operator sets do not know", () => {
    const pool = (...ints: number[]) => ({
      opType: "AveragePool",
      input: ["in"],
      output: ["out"],
      attribute: [{ name: "dilations", type: 7, ints }],
    });
    const attributesOf = (...ints: number[]) => {
      const last = readOnnx(madeModel({ node: [pool(...ints)], input: [value("in", 2)], output: [value("out", 2)] }), "after");
      return readOnnx(joinOnnx({ ...chain, after: last }, "x"), "whole")
        .model.graph.node?.at(-1)
        ?.attribute?.map(({ name }) => name);
    };
    expect(attributesOf(1, 1)).toEqual([]);
    expect(attributesOf(1, 2)).toEqual(["dilations"]);
  });

  it("names the operator set that our own part needs when the model's is too old", () => {
    const old: OnnxFile = { ...middle, opsets: new Map([["", 9]]) };
    const sliced: OnnxFile = { ...after, operators: new Set(["Slice"]) };
    expect(() => joinOnnx({ ...chain, middle: old, after: sliced }, "old.onnx")).toThrow(
      "old.onnx: expected ONNX operator set 10 or newer, received 9",
    );
  });
});
