import { createRng, float32, int32 } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { f32, i32, jit, toOnnx, trainStep } from "../index.js";
import { messageOf, type Program, x } from "../testing/message-of.js";

/** A program that passes over errors. */
function quietly<T>(run: () => T, otherwise: T): T {
  try {
    return run();
  } catch {
    return otherwise;
  }
}

describe("a traced function that changes what is outside is refused, and leaves it as it was", () => {
  it("assigns a variable", () => {
    const v = tf.variable(tf.tensor1d([1, 2]));
    expect(messageOf(({ x }) => (v.assign(tf.sum(x, 1).slice(0, 2) as tf.Tensor1D), { y: tf.add(x, 1) }))).toMatch(
      /wrong-programs\.test\.ts:\d+: assigns a tf\.Variable/,
    );
    expect([...v.dataSync()]).toEqual([1, 2]);
    v.assign(tf.tensor1d([3, 4]));
    expect([...v.dataSync()]).toEqual([3, 4]);
  });

  it.each(["sgd", "adam"] as const)("minimises with tf.train.%s", (kind) => {
    const v = tf.variable(tf.scalar(5));
    const optimiser = tf.train[kind](0.1);
    expect(messageOf(({ x }) => (optimiser.minimize(() => tf.mul(v, tf.sum(x)).asScalar(), false, [v]), { y: x }))).toMatch(/tf\.Variable/);
    expect([...v.dataSync()]).toEqual([5]);
  });

  it("updates batch norm by model.apply in training mode", () => {
    const model = tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [3] })] });
    expect(messageOf(({ x }) => ({ y: model.apply(x, { training: true }) as tf.Tensor }))).toMatch(/assigns a tf\.Variable.*buffers/);
    expect([...(model.predict(tf.ones([1, 3])) as tf.Tensor).shape]).toEqual([1, 3]);
    for (const weight of model.getWeights()) expect(Number.isFinite(weight.dataSync()[0])).toBe(true);
  });

  it("traces a tf.layers model that does not train", async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    const program = await jit(({ x }) => ({ y: model.predict(x) as tf.Tensor }), x);
    const input = float32([2, 3], [1, 2, 3, 4, 5, 6]);
    const { y } = await program.run({ x: input });
    const expected = (model.predict(tf.tensor2d(input.data, [2, 3])) as tf.Tensor).dataSync();
    expect(Math.max(...Array.from(y.data, (v, i) => Math.abs(v - expected[i]!)))).toBeLessThan(1e-5);
    await program.dispose();
  });

  it("makes a variable", () => {
    expect(messageOf(({ x }) => ({ y: tf.variable(x) }))).toMatch(/makes a tf\.Variable/);
  });

  it("disposes all variables, or removes a backend", () => {
    const v = tf.variable(tf.tensor1d([1, 2]));
    expect(messageOf(({ x }) => (tf.disposeVariables(), { y: x }))).toMatch(/wrong-programs\.test\.ts:\d+: disposes all variables/);
    expect([...v.dataSync()]).toEqual([1, 2]);
    expect(messageOf(({ x }) => (tf.removeBackend("cpu"), { y: x }))).toMatch(/sets the backend of TF\.js/);
    expect([...tf.add(v, 1).dataSync()]).toEqual([2, 3]);
  });

  it("keeps the state of a stateful layer", () => {
    const model = tf.sequential({ layers: [tf.layers.lstm({ units: 2, batchInputShape: [2, 1, 3], stateful: true })] });
    const input = tf.ones([2, 1, 3]);
    const first = (model.predict(input) as tf.Tensor).dataSync();
    expect(messageOf(({ x }) => ({ y: model.predict(tf.reshape(x, [2, 1, 3])) as tf.Tensor }))).toMatch(
      /keeps the state of a stateful layer/,
    );
    model.resetStates();
    expect((model.predict(input) as tf.Tensor).dataSync()).toEqual(first);
  });

  it.each<[string, Program, RegExp]>([
    [
      "a read",
      ({ x }) => ({
        y: tf.mul(
          x,
          quietly(() => x.dataSync()[0]!, 1),
        ),
      }),
      /reads the values/,
    ],
    [
      "a random number",
      ({ x }) => ({
        y: tf.mul(
          x,
          quietly(() => Math.random(), 1),
        ),
      }),
      /Math\.random/,
    ],
    ["a new variable", ({ x }) => ({ y: quietly(() => tf.variable(x), x) }), /makes a tf\.Variable/],
  ])("catches the refusal of %s", (_, fn, message) => {
    expect(messageOf(fn)).toMatch(message);
  });

  it("draws from the host", () => {
    const random = Math.random;
    expect(messageOf(({ x }) => ({ y: tf.mul(x, Math.random()) }))).toMatch(/Math\.random in a traced function/);
    expect(messageOf(({ x }) => ({ y: tf.add(x, crypto.getRandomValues(new Uint8Array(1))[0]!) }))).toMatch(/getRandomValues/);
    expect(messageOf(({ x }) => ({ y: tf.dropout(x, 0.5) }))).toMatch(/tf\.(dropout|randomUniform) in a traced function/);
    expect(messageOf(({ x }) => ({ y: tf.mul(x, crypto.randomUUID().length) }))).toMatch(/randomUUID/);
    expect(Math.random).toBe(random);
  });

  it("draws from a generator of outside, but not from one of its own", () => {
    const rng = createRng(1);
    expect(messageOf(({ x }) => ({ y: tf.add(x, tf.tensor(rng.normals(6), [2, 3])) }))).toMatch(
      /wrong-programs\.test\.ts:\d+: a generator of createRng in a traced function/,
    );
    expect(messageOf(({ x }) => ({ y: tf.add(x, tf.tensor(createRng(1).normals(6), [2, 3])) }))).toBe("traced");
    expect(rng.normals(2)).toEqual(createRng(1).normals(2));
  });

  it.each<[string, Program, RegExp]>([
    ["Date.now", ({ x }) => ({ y: tf.mul(x, Date.now()) }), /:\d+: Date in a traced function would give the same time/],
    ["new Date", ({ x }) => ({ y: tf.mul(x, new Date().getTime()) }), /Date in a traced function/],
    ["performance.now", ({ x }) => ({ y: tf.mul(x, performance.now()) }), /performance\.now in a traced function/],
    ["tf.util.now", ({ x }) => ({ y: tf.mul(x, tf.util.now()) }), /in a traced function would give the same time/],
    ["process.hrtime", ({ x }) => ({ y: tf.mul(x, process.hrtime()[1]) }), /process\.hrtime in a traced function/],
    ["tf.time", ({ x }) => (void tf.time(() => tf.add(x, 1)), { y: x }), /tf\.time measures nothing/],
    ["tf.profile", ({ x }) => (void tf.profile(() => tf.add(x, 1)), { y: x }), /tf\.profile measures nothing/],
    ["tf.setBackend", ({ x }) => (void tf.setBackend("cpu"), { y: tf.add(x, 1) }), /sets the backend of TF\.js/],
  ])("reads the clock or meddles with TF.js: %s", (_, fn, message) => {
    const clocks = () => [Date, Reflect.get(performance, "now"), Reflect.get(process, "hrtime")] as unknown[];
    const before = clocks();
    expect(messageOf(fn)).toMatch(message);
    expect(clocks()).toEqual(before);
    expect(messageOf(({ x }) => ({ y: tf.mul(x, new Date(86_400_000).getUTCDate()) }))).toBe("traced");
  });

  it("keeps a tensor that nobody frees", () => {
    const outer = tf.keep(tf.tensor1d([1, 2, 3]));
    const { numTensors } = tf.memory();
    expect(messageOf(({ x }) => (tf.keep(outer), { y: tf.keep(tf.add(x, outer)) }))).toBe("traced");
    expect(tf.memory().numTensors).toBe(numTensors);
    expect([...outer.dataSync()]).toEqual([1, 2, 3]);
  });
});

/** Operations with places; a negative one counts from the end in ONNX, and is refused by TF.js. */
const indexed: readonly (readonly [(given: { x: tf.Tensor2D; i: tf.Tensor }) => { y: tf.Tensor }, number[]])[] = [
  [({ x, i }) => ({ y: tf.gather(x, i) }), [2]],
  [({ x, i }) => ({ y: tf.gatherND(x, i) }), [2, 2]],
  [({ x, i }) => ({ y: tf.scatterND(i, x, [4, 3]) }), [2, 1]],
  [({ x, i }) => ({ y: tf.tensorScatterUpdate(tf.zeros([4, 3]), i, x) }), [2, 1]],
  [({ x, i }) => ({ y: tf.sparseToDense(i, x.slice([0, 0], [2, 1]).flatten(), [5], 0) }), [2]],
];

it("says in our words what the runtime cannot compute", async () => {
  const specs = { x: f32(2, 3), i: i32(2) };
  const gather = await jit(({ x, i }) => ({ y: tf.gather(x, i) }), specs);
  const x = float32([2, 3]);
  await expect(gather.run({ x, i: int32([2], [5, 0]) })).rejects.toMatchObject({
    code: "LTAD_SHAPE",
    message: expect.stringMatching(/Gather: .*idx=5/),
  });
  const division = await jit(({ i }) => ({ y: tf.floorDiv(tf.scalar(7, "int32"), i) }), { i: i32(2) });
  await expect(division.run({ i: int32([2], [0, 1]) })).rejects.toMatchObject({
    code: "LTAD_SHAPE",
    message: expect.stringContaining("division by zero"),
  });
  for (const [fn, shape] of indexed) {
    const program = await jit(fn, { x: f32(2, 3), i: i32(...shape) });
    const size = shape.reduce((a, b) => a * b);
    const negative = { x, i: int32(shape, new Array<number>(size).fill(0).with(size - 1, -1)) };
    await expect(program.run(negative), String(fn)).rejects.toMatchObject({ code: "LTAD_SHAPE" });
    await program.run({ x, i: int32(shape) });
    await program.dispose();
  }
  const training = await trainStep({
    params: { w: x },
    inputs: { i: i32(1) },
    loss: ({ w }, { i }) => ({ loss: tf.gather(w, i).square().sum() }),
  });
  await expect(training.step({ i: int32([1], [7]) }, { learningRate: 1 })).rejects.toMatchObject({ code: "LTAD_SHAPE" });
  await expect(jit(({ i }) => ({ y: tf.matMul(i, i) }), { i: i32(2, 2) }).then((p) => p.run({ i: int32([2, 2]) }))).resolves.toBeDefined();
  await Promise.all([gather.dispose(), division.dispose(), training.dispose()]);
});

describe("a traced function whose result or tensor is none is refused in our words", () => {
  const gone = tf.tensor1d([1, 2, 3]);
  gone.dispose();
  const programs: Record<string, readonly [Program, RegExp]> = {
    nothing: [() => undefined, /it returned nothing/],
    "a tensor": [({ x }) => x, /a tensor without a name/],
    "an array": [({ x }) => [x], /it returned an array/],
    "nested outputs": [({ x }) => ({ y: { z: x } }), /y is an object; results cannot be nested/],
    "a list of outputs": [({ x }) => ({ y: [x] }), /y is an array/],
    "a disposed output": [({ x }) => ({ y: tf.tidy(() => (x.dispose(), x)) }), /y was disposed/],
    "a disposed tensor of outside": [({ x }) => ({ y: tf.add(x, gone) }), /disposed/],
    "shapes that do not fit": [({ x }) => ({ y: tf.matMul(x, x) }), /wrong-programs\.test\.ts:\d+: the operation \(kernel BatchMatMul\)/],
    "shapes that TF.js looks at": [
      ({ x }) => ({ y: tf.reshape(x, [4]) }),
      /wrong-programs\.test\.ts:\d+: TensorFlow\.js refuses this call/,
    ],
    "shapes that do not broadcast": [({ x }) => ({ y: tf.add(x, tf.ones([4, 5])) }), /could not be broadcast/],
    "a slice beyond the end": [({ x }) => ({ y: tf.slice(x, [0, 0], [5, 5]) }), /kernel Slice/],
    "an axis that is not there": [({ x }) => ({ y: tf.sum(x, 5) }), /axis 5/],
    "parts that do not fit": [({ x }) => ({ y: tf.concat([x, tf.ones([4, 5])]) }), /kernel Concat/],
    "unequal parts of a split": [({ x }) => ({ y: tf.split(x, 2, 1)[0]! }), /kernel SplitV/],
    "a window larger than its map": [
      ({ x }) => ({ y: tf.maxPool(tf.reshape<tf.Rank.R4>(x, [1, 2, 3, 1]), 9, 1, "valid") }),
      /kernel MaxPool/,
    ],
    "an operand that is missing": [({ x }) => ({ y: tf.add(x, undefined as never) }), /TensorFlow\.js refuses this call/],
  };

  it.each(Object.entries(programs))("%s", async (_, [fn, message]) => {
    expect(messageOf(fn)).toMatch(message);
    const eager = jit(fn as never, x, { engine: "tensorflow" });
    await expect(eager).rejects.toMatchObject({ code: "LTAD_TRACE" });
  });

  it("an error of the function itself stays what it is", () => {
    const own = new RangeError("mine");
    expect(() =>
      toOnnx(() => {
        throw own;
      }, x),
    ).toThrow(own);
  });
});

it("leaves no tensor of a compiled training behind", async () => {
  const params = { w: float32([2], [1, 2]), big: float32([5000]) };
  const loss = (p: { w: tf.Tensor; big: tf.Tensor }) => ({
    loss: tf.sum(p.w.square()).add(tf.sum(p.big)).asScalar(),
    other: tf.max(p.w).asScalar(),
  });
  for (const engine of ["onnx", "tensorflow"] as const) {
    const before = tf.memory().numTensors;
    for (const accumulate of [false, true]) {
      const training = await trainStep({ params, inputs: { x: f32(1) }, loss, engine, accumulate, optimiser: { clipNorm: 1 } });
      await training.step({ x: float32([1]) }, { learningRate: 0.1 });
      if (accumulate) await training.accumulate({ x: float32([1]) });
      await training.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  }
});
