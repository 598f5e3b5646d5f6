import { float32, int32, type NdArray, type Tree } from "@ltad/core";
import type { Program } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, expectTypeOf, it } from "vitest";
import { bool, f32, i32, jit, saveOnnx, type Spec, tensorsOf, toOnnx, trainStep, trainStepToOnnx, type TrainProgram } from "./index.js";

// What the types know. `tsc` checks this file; vitest runs the functions that can run and leaves the others alone.

const model = {
  hidden: { weight: float32([3, 2], [1, 2, 3, 4, 5, 6]), bias: float32([2]) },
  ids: int32([1]),
};
const x = float32([1, 3], [1, 2, 3]);
const sizes: readonly number[] = [2, 3];
const at = { learningRate: 1e-3 };
/** For `tsc` alone: what is in here does not run, because it is a mistake or needs files. */
const expectTypes = (program: () => unknown) => expect(program).toBeTypeOf("function");

describe("specs", () => {
  it("keep their shapes", () => {
    expectTypeOf(f32(null, 3)).toEqualTypeOf<Spec<[null, 3]>>();
    expectTypeOf(i32(4)).toEqualTypeOf<Spec<[4]>>();
    expectTypeOf(bool()).toEqualTypeOf<Spec<[]>>();
    expectTypeOf(f32(null, ...sizes)).toEqualTypeOf<Spec<[null, ...number[]]>>();
    expectTypes(() => {
      // @ts-expect-error: a dimension is a number or null
      f32("batch", 3);
    });
  });
});

describe("a traced function", () => {
  it("receives tensors of the ranks of its specs", () => {
    const specs = {
      scalar: f32(),
      ids: i32(4),
      on: bool(4, 1),
      cube: f32(null, 2, 3),
      image: f32(null, 8, 8, 3),
      volume: f32(1, 2, 2, 2, 1),
      deep: f32(1, 1, 1, 1, 1, 1),
      open: f32(...sizes),
    };
    toOnnx((inputs) => {
      expectTypeOf(inputs.scalar).toEqualTypeOf<tf.Scalar>();
      expectTypeOf(inputs.ids).toEqualTypeOf<tf.Tensor1D>();
      expectTypeOf(inputs.on).toEqualTypeOf<tf.Tensor2D>();
      expectTypeOf(inputs.cube).toEqualTypeOf<tf.Tensor3D>();
      expectTypeOf(inputs.image).toEqualTypeOf<tf.Tensor4D>();
      expectTypeOf(inputs.volume).toEqualTypeOf<tf.Tensor5D>();
      expectTypeOf(inputs.deep).toEqualTypeOf<tf.Tensor>();
      expectTypeOf(inputs.open).toEqualTypeOf<tf.Tensor>();
      return { y: tf.neg(inputs.scalar) };
    }, specs);
  });

  it("knows the rank of a literal too, and none of a shape that is read from a file", () => {
    toOnnx(
      ({ x }) => {
        expectTypeOf(x).toEqualTypeOf<tf.Tensor2D>();
        return { y: x };
      },
      { x: { dtype: "float32", shape: [null, 3] } },
    );
    toOnnx(
      ({ x }) => {
        expectTypeOf(x).toEqualTypeOf<tf.Tensor>();
        return { y: x };
      },
      { x: { dtype: "float32", shape: sizes } },
    );
  });

  it("receives the tree of its constants, with tensors in place of arrays", () => {
    toOnnx(
      ({ x }, constants) => {
        expectTypeOf(constants.model.hidden.weight).toEqualTypeOf<tf.Tensor>();
        expectTypeOf(constants).toEqualTypeOf<{
          readonly model: { readonly hidden: { readonly weight: tf.Tensor; readonly bias: tf.Tensor }; readonly ids: tf.Tensor };
        }>();
        return { y: tf.matMul(x, constants.model.hidden.weight) };
      },
      { x: f32(null, 3) },
      { constants: { model } },
    );
    const params: Tree<NdArray> = model;
    toOnnx(
      ({ x }, constants) => {
        expectTypeOf(constants.params).toExtend<Tree<tf.Tensor>>();
        return { y: x };
      },
      { x: f32(3) },
      { constants: { params } },
    );
  });

  it("is refused for another rank, an unknown input or an unknown constant", () => {
    expectTypes(() =>
      jit(
        ({ x }, { model: m }) => {
          // @ts-expect-error: x has rank 2
          const wrong: tf.Tensor3D = x;
          // @ts-expect-error: there is no layer of this name
          return { wrong, y: m.missing };
        },
        { x: f32(null, 3) },
        { constants: { model } },
      ),
    );
    // @ts-expect-error: z is no input
    expectTypes(() => toOnnx(({ z }) => ({ y: z }), { x: f32(3) }));
    // @ts-expect-error: there are no constants
    expectTypes(() => toOnnx(({ x }, { w }) => ({ y: x.mul(w) }), { x: f32(3) }));
    // @ts-expect-error: constants are a parameter of their own
    expectTypes(() => toOnnx(({ x, w }) => ({ y: x.mul(w) }), { x: f32(3) }, { constants: { w: float32([3]) } }));
    // @ts-expect-error: results are tensors
    expectTypes(() => toOnnx(({ x }) => ({ y: x.dataSync() }), { x: f32(3) }));
    // @ts-expect-error: constants are arrays
    expectTypes(() => toOnnx(({ x }) => ({ y: x }), { x: f32(3) }, { constants: { w: [1, 2] } }));
    // @ts-expect-error: there is no such type of weights
    expectTypes(() => saveOnnx("y.onnx", ({ x }) => ({ y: x }), { x: f32(3) }, { weights: "float8" }));
  });
});

describe("a program", () => {
  it("runs on exactly its inputs and gives exactly its outputs", async () => {
    const program = await jit(
      ({ x }, { model: m }) => ({ y: tf.matMul(x, m.hidden.weight), sum: x.sum() }),
      { x: f32(null, 3) },
      { constants: { model }, threads: 1 },
    );
    expectTypeOf(program).toExtend<Program<{ readonly x: Spec<[null, number]> }, "y" | "sum">>();
    expectTypeOf(program.outputs).toEqualTypeOf<readonly ("y" | "sum")[]>();
    const results = await program.run({ x });
    expectTypeOf(results).toEqualTypeOf<Record<"y" | "sum", NdArray>>();
    expectTypeOf(results.y).toEqualTypeOf<NdArray>();
    // @ts-expect-error: there is no such output
    expectTypes(() => results.z);
    // @ts-expect-error: x is missing
    expectTypes(() => program.run({}));
    // @ts-expect-error: w is no input
    expectTypes(() => program.run({ x, w: x }));
    // @ts-expect-error: numbers are no array
    expectTypes(() => program.run({ x: [1, 2, 3] }));
    await program.dispose();
  });

  it("of a function whose results have no names in its type gives what may be missing", () => {
    expectTypes(async () => {
      const program = await jit(({ x }): Readonly<Record<string, tf.Tensor>> => ({ y: x }), { x: f32(3) });
      expectTypeOf((await program.run({ x }))["y"]).toEqualTypeOf<NdArray | undefined>();
    });
  });

  it("of any kind is a Program", () => {
    expectTypeOf<Program<{ readonly x: Spec<[null, number]> }, "y">>().toExtend<Program>();
  });
});

describe("a training step", () => {
  const inputs = { features: f32(2, 4, 3), z: f32(2, 3), label: i32(2), beta: f32() };
  const batch = { features: float32([2, 4, 3]), z: float32([2, 3]), label: int32([2]), beta: float32([], [1]) };
  const params = { w: float32([3], [1, 2, 3]), deep: { v: float32([3], [1, 1, 1]) } };

  it("gives its loss trees and ranks, and returns the numbers by name", async () => {
    const training = await trainStep({
      params,
      inputs,
      constants: { tables: { mean: float32([3]) } },
      threads: 1,
      loss(p, { features, z, label, beta }, { tables }) {
        expectTypeOf(p).toEqualTypeOf<{ readonly w: tf.Tensor; readonly deep: { readonly v: tf.Tensor } }>();
        expectTypeOf(features).toEqualTypeOf<tf.Tensor3D>();
        expectTypeOf(z).toEqualTypeOf<tf.Tensor2D>();
        expectTypeOf(label).toEqualTypeOf<tf.Tensor1D>();
        expectTypeOf(beta).toEqualTypeOf<tf.Scalar>();
        expectTypeOf(tables.mean).toEqualTypeOf<tf.Tensor>();
        const kl = z.mul(p.deep.v).square().mean<tf.Scalar>().mul<tf.Scalar>(beta);
        const loss = features.sub(tables.mean).add(1).mul(p.w).square().mean<tf.Scalar>().add<tf.Scalar>(kl);
        return { loss, kl };
      },
    });
    const numbers = await training.step(batch, at);
    expectTypeOf(numbers).toEqualTypeOf<{ readonly loss: number; readonly kl: number; readonly gradient_norm: number }>();
    expectTypeOf(training.params()).toEqualTypeOf<typeof params>();
    expectTypeOf(training).toExtend<TrainProgram<typeof params>>();
    const { z: _, ...withoutZ } = batch;
    // @ts-expect-error: z is missing
    expectTypes(() => training.step(withoutZ, at));
    // @ts-expect-error: nothing of this name was reported
    expectTypes(() => numbers.accuracy);
    // @ts-expect-error: the learning rate is missing
    expectTypes(() => training.step(batch, {}));
    expectTypeOf<ReturnType<typeof training.steps>>().toEqualTypeOf<Promise<(typeof numbers)[]>>();
    // @ts-expect-error: z is missing in the second
    expectTypes(() => training.steps([batch, withoutZ], at));
    await training.dispose();
  });

  it("is refused for an unknown input or parameter, and without a scalar loss", () => {
    const w = float32([2]);
    // @ts-expect-error: q is no input
    expectTypes(() => trainStep({ params: { w }, inputs: { z: f32(2) }, loss: (_, { q }) => ({ loss: q }) }));
    // @ts-expect-error: v is no parameter
    expectTypes(() => trainStep({ params: { w }, inputs: { z: f32(2) }, loss: ({ v }) => ({ loss: v.sum() }) }));
    // @ts-expect-error: z is no scalar
    expectTypes(() => trainStep({ params: { w }, inputs: { z: f32(2) }, loss: (_, { z }) => ({ loss: z }) }));
    // @ts-expect-error: there is no loss
    expectTypes(() => trainStepToOnnx({ params: { w }, inputs: { z: f32(2) }, loss: (p) => ({ value: p.w.sum<tf.Scalar>() }) }));
    // @ts-expect-error: there is no such engine
    expectTypes(() => trainStep({ params: { w }, inputs: {}, engine: "torch", loss: (p) => ({ loss: p.w.sum<tf.Scalar>() }) }));
  });
});

it("tensorsOf keeps the tree", () => {
  expectTypeOf(tensorsOf({ a: { b: x } })).toEqualTypeOf<{ readonly a: { readonly b: tf.Tensor } }>();
});
