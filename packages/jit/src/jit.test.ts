import { createRng, float32, int32, type NdArray } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { bool, f32, i32, jit, type Program, tensorsOf, type TensorsFor, toNdArray } from "./index.js";

const rng = createRng("jit");
const specs = { x: f32(2, 3), ids: i32(4), on: bool(2, 1) };
const inputs = {
  x: float32([2, 3], rng.normals(6)),
  ids: int32([4], [1, 0, 1, 1]),
  on: { dtype: "bool", shape: [2, 1], data: Uint8Array.of(1, 0) } satisfies NdArray,
};
const table = float32([3, 2], rng.normals(6));

/** Every type goes in and comes out. */
const fn = ({ x, ids, on }: TensorsFor<typeof specs>, { table }: { readonly table: tf.Tensor }) => ({
  floats: tf.gather(tf.where(on, x, x.neg()), ids),
  ints: ids.mul(tf.scalar(3, "int32")),
  bools: tf.matMul(x, table).greater(0),
  scalar: x.sum(),
});

describe.each(["onnx", "tensorflow"] as const)("jit on %s", (engine) => {
  it("gives every type and shape, and takes constants", async () => {
    const program = await jit(fn, specs, { engine, constants: { table } });
    expect(program.outputs).toEqual(["floats", "ints", "bools", "scalar"]);
    expect(program.inputs).toEqual(specs);
    const { floats, ints, bools, scalar } = await program.run(inputs);
    const rows = Array.from(inputs.x.data);
    const signed = [rows.slice(0, 3), rows.slice(3).map((v) => -v)];
    expectClose(
      floats.data,
      [1, 0, 1, 1].flatMap((i) => signed[i]!),
      { rtol: 0, atol: 0 },
      "floats",
    );
    expect(ints).toEqual(int32([4], [3, 0, 3, 3]));
    expect([bools.dtype, bools.shape, bools.data.constructor]).toEqual(["bool", [2, 2], Uint8Array]);
    expect(scalar.shape).toEqual([]);
    expectClose(scalar.data, [rows.reduce((a, b) => a + b)], { rtol: 1e-5, atol: 1e-6 }, "scalar");
    await program.dispose();
  });

  it("repeats itself, and keeps results of earlier runs", async () => {
    const program = await jit(fn, specs, { engine, constants: { table } });
    const first = await program.run(inputs);
    const copy = Float32Array.from(first.floats.data);
    await program.run({ ...inputs, x: float32([2, 3]) });
    expect(first.floats.data).toEqual(copy);
    expect(await program.run(inputs)).toEqual(first);
    await program.dispose();
  });

  it.each<[string, Record<string, NdArray>, RegExp]>([
    ["a missing input", { x: inputs.x, ids: inputs.ids }, /input on: missing; expected bool \[2, 1\]/],
    ["an unknown input", { ...inputs, y: inputs.x }, /input y: unknown; expected x, ids, on/],
    ["another shape", { ...inputs, x: float32([3, 2]) }, /input x: expected float32 \[2, 3\], received float32 \[3, 2\]/],
    ["another type", { ...inputs, ids: float32([4]) }, /input ids: expected int32 \[4\], received float32 \[4\]/],
    ["too few numbers", { ...inputs, x: { dtype: "float32", shape: [2, 3], data: new Float32Array(5) } }, /needs 6 elements, received 5/],
  ])("refuses %s", async (_, wrong, message) => {
    const program = await jit(fn, specs, { engine, constants: { table } });
    await expect((program as Program).run(wrong)).rejects.toMatchObject({ code: "LTAD_SHAPE", message: expect.stringMatching(message) });
    await program.dispose();
  });

  it("takes inputs that it does not use", async () => {
    const program = await jit(({ x }) => ({ y: x.neg() }), specs, { engine });
    expect(program.inputs).toEqual(specs);
    expect((await program.run(inputs)).y.data[0]).toBe(-inputs.x.data[0]!);
    await program.dispose();
  });

  it("cannot run after it was disposed", async () => {
    const program = await jit(fn, specs, { engine, constants: { table } });
    await program.dispose();
    await program.dispose();
    await expect(program.run(inputs)).rejects.toMatchObject({ code: "LTAD_CONFIG" });
  });
});

describe("tensorsOf and toNdArray", () => {
  it("copy there and back", () => {
    const tree = { a: { b: inputs.x }, c: inputs.ids };
    const tensors = tensorsOf(tree);
    expect(toNdArray(tensors.a.b)).toEqual(inputs.x);
    expect(toNdArray(tensors.c)).toEqual(inputs.ids);
    expect(toNdArray(tensors.a.b).data).not.toBe(inputs.x.data);
    const loop: Record<string, unknown> = { a: { b: inputs.x } };
    loop["again"] = { loop };
    expect(() => tensorsOf(loop as never)).toThrow(/tree\.again\.loop: expected a tree, received "an object that contains itself"/);
    expect(() => tensorsOf({ a: tree, b: tree })).not.toThrow();
    expect(() => toNdArray(tf.tensor(["a"]))).toThrow(/expected float32, int32 or bool, received string/);
  });
});
