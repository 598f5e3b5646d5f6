import { float32, type NdArray, type Tree } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { f32, type NoArrays, toOnnx, type TensorSpecs, type TraceOptions, type TracedFunction } from "./index.js";
import { readOnnx } from "@ltad/onnx";

interface Named {
  name: string;
}
interface Model {
  irVersion: number;
  opsetImport: { version: number }[];
  graph: {
    node: { opType: string; input: string[]; output: string[] }[];
    initializer: (Named & { dims?: number[]; rawData: Uint8Array })[];
    input: Named[];
    output: (Named & { type: { tensorType: { shape: { dim: { dimValue?: number; dimParam?: string }[] } } } })[];
  };
}

const decode = <const In extends TensorSpecs, C extends Tree<NdArray> = NoArrays>(
  fn: TracedFunction<In, C>,
  inputs: In,
  options: TraceOptions<C> = {},
) => readOnnx(toOnnx(fn, inputs, options), "traced").model as Model;
const x = { x: f32(4, 3) };
type Fn = TracedFunction<typeof x>;
const ops = (model: Model) => model.graph.node.map((n) => n.opType);

describe("toOnnx", () => {
  it("states its versions, inputs and outputs", () => {
    const model = decode(({ x }) => ({ y: x.exp(), z: x.sum() }), x);
    expect([model.irVersion, model.opsetImport[0]?.version]).toEqual([9, 19]);
    expect(model.graph.input.map((i) => i.name)).toEqual(["x"]);
    expect(model.graph.output.map((o) => o.name)).toEqual(["y", "z"]);
  });

  it("names outputs without extra nodes, and copies only what is an input or given twice", () => {
    expect(ops(decode(({ x }) => ({ y: x.exp() }), x))).toEqual(["Exp"]);
    const twice = decode(({ x }) => {
      const y = x.exp();
      return { y, again: y, same: x };
    }, x);
    expect(ops(twice)).toEqual(["Exp", "Identity", "Identity"]);
  });

  it("drops what no output needs", () => {
    const model = decode(({ x }) => {
      tf.matMul(x, x, true).softmax();
      return { y: x.neg() };
    }, x);
    expect(ops(model)).toEqual(["Neg"]);
    expect(model.graph.initializer).toEqual([]);
  });

  it("keeps uniform arrays as one number and broadcasts late", () => {
    const model = decode(
      ({ x }) => ({
        y: tf.ones([4, 3]).mul(2.5).add(x).mul(tf.zerosLike(x)),
      }),
      x,
    );
    for (const { rawData } of model.graph.initializer) expect(rawData.length).toBe(4);
    expect(ops(model)).not.toContain("Expand");
    const mean = decode(({ x }) => ({ y: tf.grad((v) => v.square().mean())(x) }), x);
    expect(ops(mean)).not.toContain("Expand");
  });

  it("writes equal constants once and named ones under their names", () => {
    const table = float32([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const fn: TracedFunction<typeof x, { table: NdArray; unused: NdArray }> = ({ x }, { table }) => ({
      y: tf.matMul(x, table).add([1, 2, 3]),
      z: x.mul([1, 2, 3]).slice([0, 0], [2, 3]),
      w: x.exp().slice([0, 0], [2, 3]),
    });
    const model = decode(fn, x, { constants: { table, unused: table } });
    const names = model.graph.initializer.map((i) => i.name);
    expect(names).toContain("table");
    expect(names).not.toContain("unused");
    const contents = model.graph.initializer.map((i) => `${i.dims?.join(" ")}: ${Buffer.from(i.rawData).toString("hex")}`);
    expect(new Set(contents).size).toBe(contents.length);
  });

  it("names the batch in the shapes it states", () => {
    const model = decode(({ x }) => ({ y: x.exp(), flat: x.flatten() }), { x: { dtype: "float32", shape: [null, 3] } });
    const dims = model.graph.output.map((o) => o.type.tensorType.shape.dim.map((d) => d.dimParam || d.dimValue));
    expect(dims).toEqual([["batch", 3], ["batch*3"]]);
  });

  it("refuses shapes that are none", () => {
    expect(() => toOnnx(({ x }) => ({ y: x }), { x: f32(2, null) })).toThrow(/Only|only the first may be null/);
    expect(() => toOnnx(({ x }) => ({ y: x }), { x: f32(2.5) })).toThrow(/x: \[2.5\] is not a valid shape/);
  });

  it("keeps an input and a constant of the same name apart", () => {
    const model = decode(({ x }, constants) => ({ y: x.add(constants.x) }), x, { constants: { x: float32([3], [1, 2, 3]) } });
    expect(model.graph.input.map(({ name }) => name)).toEqual(["x"]);
    expect(model.graph.initializer.map(({ name }) => name)).toEqual(["constants.x"]);
  });

  it("names constants by their paths, and refuses a dot in a name", () => {
    const row = float32([3], [1, 2, 3]);
    const model = decode(({ x }, { model: { bias } }) => ({ y: x.add(bias) }), x, { constants: { model: { bias: row, unused: {} } } });
    expect(model.graph.initializer.map(({ name }) => name)).toEqual(["model.bias"]);
    const dotted = () => toOnnx(({ x }, constants) => ({ y: x.add(constants["model.bias"]) }), x, { constants: { "model.bias": row } });
    expect(dotted).toThrow(/model\.bias: expected a name without a dot/);
  });

  it("gives the same bytes each time", () => {
    const fn: Fn = ({ x }) => ({ y: tf.grad((v) => v.softmax().mul([1, 2, 3]).sum())(x) });
    expect(Buffer.from(toOnnx(fn, x)).equals(Buffer.from(toOnnx(fn, x)))).toBe(true);
  });
});
