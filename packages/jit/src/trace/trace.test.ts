import { float32 } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { jit, toOnnx, type TracedFunction } from "../index.js";

const x = { x: { dtype: "float32", shape: [2, 3] } } as const;
const asTensor = (t: tf.Tensor | undefined) => t!;
/** What tracing fn throws. */
function refusal(fn: TracedFunction): { code?: string; message: string } {
  try {
    toOnnx(fn, x);
  } catch (error) {
    return error as Error;
  }
  return { message: "traced" };
}

describe("a traced function may not", () => {
  it.each([
    ["dataSync", (t: tf.Tensor) => t.dataSync()],
    ["arraySync", (t: tf.Tensor) => t.arraySync()],
    ["toString", (t: tf.Tensor) => t.toString()],
  ])("read values with %s", (_, read) => {
    const { code, message } = refusal(({ x }) => {
      read(asTensor(x).add(1));
      return {};
    });
    expect(code).toBe("LTAD_TRACE");
    expect(message).toMatch(/trace\.test\.ts:\d+: reads the values of a tensor that is being traced/);
  });

  it.each([
    ["randomNormal", () => tf.randomNormal([2, 3])],
    ["randomUniform", () => tf.randomUniform([2, 3])],
    ["truncatedNormal", () => tf.truncatedNormal([2, 3])],
    ["dropout", () => tf.dropout(tf.ones([2, 3]), 0.5)],
    ["randomNormal", () => tf.randomNormal([])],
  ])("draw random numbers with tf.%s", (_, draw) => {
    const { code, message } = refusal(({ x }) => ({ y: asTensor(x).add(draw()) }));
    expect(code).toBe("LTAD_TRACE");
    expect(message).toMatch(/trace\.test\.ts:\d+: tf\.\w+ in a traced function would give the same numbers in every run/);
  });

  it.each<[string, RegExp, TracedFunction]>([
    [
      "tf.unique",
      /tf\.unique \(kernel Unique\) cannot be traced: the size of its result depends on the data\. Instead, .*tf\.bincount/,
      ({ x }) => ({ y: tf.unique(asTensor(x).flatten()).values }),
    ],
    [
      "tf.image.transform, deep inside",
      /tf\.image\.transform \(kernel Transform\) cannot be traced: .*Instead, use tf\.image\.rotateWithOffset/,
      ({ x }) => {
        const nested = (depth: number): tf.Tensor =>
          depth > 0
            ? tf.tidy(() => nested(depth - 1))
            : tf.image.transform(asTensor(x).reshape<tf.Tensor4D>([1, 2, 3, 1]), tf.tensor2d([[1, 0, 0, 0, 1, 0, 0, 0]]));
        return { y: nested(5) };
      },
    ],
    [
      "tf.spectral.rfft",
      /cannot be traced: complex numbers cannot be traced|a complex64 tensor cannot be traced/,
      ({ x }) => ({ y: tf.real(tf.spectral.rfft(asTensor(x))) }),
    ],
    [
      "a gradient that nobody has",
      /the kernel Bincount has no gradient: it gives whole numbers/,
      ({ x }) => ({
        y: tf.grad((v) => tf.bincount(tf.tensor1d([1, 0], "int32"), v.slice([0, 0], [1, 2]).flatten(), 3).sum())(asTensor(x)),
      }),
    ],
  ])("use %s", (_, expected, fn) => {
    const { code, message } = refusal(fn);
    expect(code).toBe("LTAD_TRACE");
    expect(message).toMatch(/trace\.test\.ts:\d+: /);
    expect(message).toMatch(expected);
  });

  it("use complex numbers", () => {
    expect(refusal(({ x }) => ({ y: tf.complex(asTensor(x), asTensor(x)) })).code).toBe("LTAD_TRACE");
  });

  it("keep a tensor for later", () => {
    let kept: tf.Tensor | undefined;
    toOnnx(({ x }) => ({ y: (kept = tf.keep(asTensor(x).add(1))) }), x);
    expect(refusal(({ x }) => ({ y: asTensor(x).add(asTensor(kept)) })).message).toMatch(/another trace/);
    expect(() => asTensor(kept).dataSync()).toThrow(/disposed/);
  });

  it("give nothing, or what is no tensor", () => {
    expect(refusal(() => ({})).message).toMatch(/expected named tensors as results, but there are none/);
    // @ts-expect-error: a number is no tensor
    expect(refusal(() => ({ y: 3 })).message).toMatch(/but y is 3/);
  });

  it("give an output the name of an input", () => {
    expect(refusal(({ x }) => ({ x: asTensor(x).add(1) })).message).toMatch(/^x: an output must not have the name/);
  });
});

describe("a trace", () => {
  it("restores the backend, also after an error of the function", () => {
    tf.ones([1]).dispose();
    const before = tf.getBackend();
    toOnnx(({ x }) => ({ y: asTensor(x).add(1) }), x);
    expect(tf.getBackend()).toBe(before);
    const broken = () => {
      throw new Error("of the function");
    };
    expect(() => toOnnx(broken, x)).toThrow("of the function");
    expect(tf.getBackend()).toBe(before);
    expect([...tf.ones([2]).dataSync()]).toEqual([1, 1]);
  });

  it("leaves no tensors behind", () => {
    const { numTensors } = tf.memory();
    toOnnx(({ x }) => ({ y: tf.grad((t) => t.tanh().sum())(asTensor(x)) }), x);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it("takes tensors of another backend as constants and leaves them there", async () => {
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const program = await jit(({ x }) => ({ y: tf.matMul(asTensor(x), table) }), x);
    expect([...table.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...tf.add(table, 1).dataSync()]).toEqual([2, 3, 4, 5, 6, 7]);
    const { y } = await program.run({ x: float32([2, 3], [1, 0, 0, 0, 1, 1]) });
    expect([...(y?.data ?? [])]).toEqual([1, 2, 8, 10]);
    await program.dispose();
  });

  it("lets constants of its own be read", () => {
    expect(refusal(({ x }) => ({ y: asTensor(x).mul(tf.scalar(3).dataSync()[0]!) })).message).toBe("traced");
  });
});
