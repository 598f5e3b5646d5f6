import { createRng, flatten, float32, floats, int32, isNdArray, type NdArray, unflatten } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { tensorsOf, toNdArray } from "@ltad/jit";
import { openProgram } from "@ltad/runtime";
import { reconstructor } from "@ltad/reconstruct";
import { semantic } from "@ltad/semantic";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { B, C, Dt, Dz, G, headArrays, K, N, range, spec, sum, valueAt } from "../testing/random-head.js";
import { type HeadArrays, headGraph, headTensors, nearestGraph, wholeHeadGraph } from "./head-graph.js";
import { type HeadConfig, rawScores, scoreHead } from "./head.js";
import { classRow, isOfClass } from "./of-class.js";

// Pi and Phi are held by their own packages: here they are black boxes that get plainly computed patches, one image at a time.

const close = { rtol: 5e-6, atol: 5e-6 };

const recommended: HeadConfig = {
  spec,
  reconstruct: { kind: "token-mlp", channels: C, grid: [G, G], zSize: Dz, width: 8, hidden: 10, blocks: 1 },
  semantic: { kind: "mlp", logit: "direction", groups: [C], textSize: Dt, hidden: 8 },
  score: { semantic: "logit", lambda: 0.7, image: "max" },
};
const paper: HeadConfig = {
  spec,
  reconstruct: {
    kind: "uniad",
    channels: C,
    grid: [G, G],
    width: 8,
    heads: 2,
    hidden: 10,
    encoderLayers: 1,
    decoderLayers: 1,
    neighbours: [1, 1],
  },
  semantic: { kind: "linear", logit: "posterior", groups: [5, 1, 6], textSize: Dt },
  score: { semantic: "posterior", lambda: 1.3, image: "pooled" },
};
/** The closed form: no module. */
const fast: HeadConfig = { spec, score: { semantic: "logit", lambda: 0, image: "max" } };
const cases = [
  { name: "recommended", config: recommended, arrays: headArrays(recommended, true) },
  { name: "paper", config: paper, arrays: headArrays(paper, false) },
  { name: "fast", config: fast, arrays: headArrays(fast, true) },
];

const draw = createRng("head/inputs");
const features = float32([B, N, C], draw.normals(B * N * C));
const z = float32([B, Dz], draw.normals(B * Dz, 3));
const given = [-1, 2, -1, 0, 3];

describe.each(cases)("the preset $name", ({ config, arrays }) => {
  const expected = given.map((label, b) => plain(config, arrays, b, label));

  it("predicts the class where none is given, and not always the same", () => {
    expect([...scored(config, arrays).label.data]).toEqual(expected.map(({ label }) => label));
    const none = given.map(() => -1);
    const predicted = [...scored(config, arrays, none).label.data];
    expect(predicted).toEqual(none.map((label, b) => plain(config, arrays, b, label).label));
    expect(new Set(predicted).size).toBeGreaterThan(1);
    expect(expected.map(({ label }) => label).filter((_, b) => given[b]! >= 0)).toEqual([2, 0, 3]);
  });

  it("errors and logits by their definition", () => {
    const labels = expected.map(({ label }) => label);
    const raw = rawScores(tensors(arrays), imagesOf(labels), config);
    const { errors, logits } = { errors: toNdArray(raw.errors), logits: toNdArray(raw.logits) };
    expect([errors.shape, logits.shape]).toEqual([
      [B, N],
      [B, N],
    ]);
    expectClose(
      errors.data,
      expected.flatMap((one) => one.errors),
      close,
      "errors",
    );
    expectClose(
      logits.data,
      expected.flatMap(({ logits }) => logits),
      close,
      "logits",
    );
  });

  it.each(["max", "pooled"] as const)("S_rec, S_sem, their sum, and the image rule %s", (image) => {
    const chosen = { ...config, score: { ...config.score, image } };
    const { label: _, ...found } = scored(chosen, arrays);
    const wanted = given.map((label, b) => plain(chosen, arrays, b, label));
    for (const [name, { shape, data }] of Object.entries(found)) {
      expect(shape).toEqual(name === "score" || name === "distance" ? [B] : [B, G, G]);
      const values = wanted.flatMap((one) => one[name as "map" | "score"]);
      expectClose(data, values, close, name);
    }
  });

  it("each form of the semantic score, lambda 0 leaves S_rec alone", () => {
    for (const form of ["logit", "posterior"] as const) {
      const chosen = { ...config, score: { ...config.score, semantic: form, lambda: 0 } };
      const found = scored(chosen, arrays);
      const wanted = given.flatMap((label, b) => plain(chosen, arrays, b, label).s_sem);
      expectClose(found.s_sem.data, wanted, close, form);
      const plainly = given.flatMap((label, b) => plain(chosen, arrays, b, label).map);
      expectClose(found.map.data, plainly, close, "map");
    }
  });

  it("the graphs give what the function gives, one class after the other", async () => {
    const flat = flatten<NdArray>(arrays, isNdArray);
    const graphs = [headGraph(arrays, config), nearestGraph(flat, spec)] as const;
    const [head, nearest] = await Promise.all(graphs.map(({ model, inputs }) => openProgram(model, { threads: 1, inputs })));
    const eager = scored(config, arrays);
    try {
      const found = await nearest!.run({ z, class: int32([B], given) });
      expect([...found["label"]!.data]).toEqual([...eager.label.data]);
      expectClose(floats(found["distance"], "distance"), eager.distance.data, close, "distance");
      const names = Object.keys(graphs[0].inputs).filter(isOfClass);
      for (const [b, label] of [...eager.label.data].entries()) {
        const image = { features: float32([1, N, C], features.data.slice(b * N * C, (b + 1) * N * C)), z: rowOfZ(b) };
        const one = await head!.run({ ...image, ...classRow(flat, names, label) });
        for (const name of ["s_rec", "s_sem", "map", "score"] as const) {
          const size = eager[name].data.length / B;
          const expected = eager[name].data.slice(b * size, (b + 1) * size);
          expectClose(floats(one[name], name), expected, { rtol: 1e-4, atol: 1e-5 }, `${name} of image ${b}`);
        }
      }
    } finally {
      await Promise.all([head!.dispose(), nearest!.dispose()]);
    }
  });

  it("the graph for one class is the same file for any number of classes", () => {
    const rows = Object.entries(flatten<NdArray>(arrays, isNdArray)).map(([name, array]): [string, NdArray] => {
      const isTable = isOfClass(name) || name === "tables.classZ";
      return [name, isTable ? float32([1, ...array.shape.slice(1)], floats(array, name).slice(0, array.data.length / K)) : array];
    });
    const one = unflatten(Object.fromEntries(rows)) as unknown as HeadArrays;
    expect(Buffer.from(headGraph(one, config).model).equals(headGraph(arrays, config).model)).toBe(true);
  });

  it.each([B, 1])("the graph with all classes inside gives what the function gives, a batch of %d", async (count) => {
    const program = await openProgram(wholeHeadGraph(arrays, config), { threads: 1 });
    try {
      const some = float32([count, N, C], features.data.slice(0, count * N * C));
      const found = await program.run({
        features: some,
        z: float32([count, Dz], z.data.slice(0, count * Dz)),
        class: int32([count], given.slice(0, count)),
      });
      const eager = scored(config, arrays);
      expect([...(found["label"]?.data ?? [])]).toEqual(Array.from(eager.label.data.slice(0, count)));
      for (const name of ["s_rec", "s_sem", "map", "score", "distance"] as const) {
        const part = eager[name].data.slice(0, (eager[name].data.length / B) * count);
        expectClose(floats(found[name], name), part, { rtol: 1e-4, atol: 1e-5 }, name);
      }
    } finally {
      await program.dispose();
    }
  });
});

describe("properties", () => {
  const { arrays, config } = cases[0]!;

  it("a class of its own: what is given decides over what would be predicted", () => {
    const all = [0, 1, 2, 3].map((label) =>
      scored(
        config,
        arrays,
        Array.from({ length: B }, () => label),
      ),
    );
    const texts = all.map((one) => one.map.data.join(" "));
    expect(new Set(texts).size).toBe(4);
  });
});

// --- the plain definition: one image, nested arrays, double precision except for Pi and Phi ---

function plain(config: HeadConfig, { tables, pi, phi, prototypes, calibration }: HeadArrays, b: number, wanted: number) {
  const table = flatten<NdArray>(tables, isNdArray);
  const value = (name: string, ...at: number[]) => valueAt(table[name]!, at);
  const standard = range(Dz, (d) => (valueAt(z, [b, d]) - value("zMean", d)) / value("zDeviation", d));
  const distances = range(K, (k) => sum(range(Dz, (d) => (standard[d]! - value("classZ", k, d)) ** 2)));
  const label = wanted >= 0 ? wanted : distances.indexOf(Math.min(...distances));

  const patches = range(N, (n) =>
    plainPatch(
      tables,
      range(C, (c) => valueAt(features, [b, n, c])),
      label,
      n,
    ),
  ); // [N, C]
  const image = tf.tensor3d([patches]);
  const normal = config.reconstruct
    ? reconstructor(config.reconstruct)
        .forward(tensorsOf(pi!), image, tf.tensor2d([standard]))
        .arraySync()[0]!
    : patches.map((patch) => patch.map(() => 0)); // [N, C]
  const errors = patches.map((patch, n) => sum(patch.map((x, c) => (x - normal[n]![c]!) ** 2))); // [N]
  const text = (rows: NdArray) => tf.tensor2d([range(Dt, (i) => valueAt(rows, [label, i]))]);
  const logits = config.semantic
    ? semantic(config.semantic).forward(tensorsOf(phi!), image, text(prototypes!.normal), text(prototypes!.abnormal)).arraySync()[0]!
    : patches.map(() => 0);
  const s_rec = errors.map((error) => error / valueAt(calibration.error, [label]));
  const s_sem = logits.map((logit) =>
    config.score.semantic === "posterior"
      ? 1 / (1 + Math.exp(-logit))
      : (logit - valueAt(calibration.logitMean, [label])) / valueAt(calibration.logitDeviation, [label]),
  );
  const sums = s_rec.map((rec, n) => rec + config.score.lambda * s_sem[n]!);
  const largest = { max: () => Math.max(...sums), pooled: () => plainPooled(sums) }[config.score.image]();
  const alike = (s: number) => (Math.max(s, 1e-3) / valueAt(calibration.typical, [label])) ** valueAt(calibration.power, [label]);
  return { label, errors, logits, s_rec, s_sem, map: sums.map(alike), score: alike(largest), distance: distances[label]! / Dz };
}

/** A patch as the modules see it: by class and position, or standardised. */
function plainPatch(tables: HeadArrays["tables"], values: readonly number[], label: number, n: number): number[] {
  const { channelMean, channelDeviation, positionMean, whitening, axes, gain } = tables;
  if (!whitening) return values.map((value, c) => (value - valueAt(channelMean, [c])) / valueAt(channelDeviation, [c]));
  const rest = values.map((value, c) => value / valueAt(channelDeviation, [c]) - valueAt(positionMean, [label, n, c]));
  const x = rest.map((_, row) => sum(rest.map((value, column) => value * valueAt(whitening, [label, row, column]))));
  const along = range(2, (k) => sum(x.map((value, c) => value * valueAt(axes!, [label, n, k, c]))));
  return x.map((value, c) => valueAt(gain!, [label]) * (value - sum(along.map((share, k) => share * valueAt(axes!, [label, n, k, c])))));
}

/** The map [G, G] bilinear at 224 x 224 (half-pixel centres), averaged over every 16 x 16 window, the largest. */
function plainPooled(map: number[]): number {
  const size = 224;
  const places = range(size, (i) => {
    const x = Math.min(G - 1, Math.max(0, ((i + 0.5) * G) / size - 0.5));
    const low = Math.min(G - 2, Math.floor(x));
    return { low, part: x - low };
  });
  const enlarged = places.map((y) =>
    places.map((x) => {
      const at = (dy: number, dx: number) => map[(y.low + dy) * G + x.low + dx]!;
      return (1 - y.part) * ((1 - x.part) * at(0, 0) + x.part * at(0, 1)) + y.part * ((1 - x.part) * at(1, 0) + x.part * at(1, 1));
    }),
  );
  let top = -Infinity;
  for (let y = 0; y <= size - 16; y++) {
    for (let x = 0; x <= size - 16; x++) {
      let total = 0;
      for (let i = 0; i < 256; i++) total += enlarged[y + (i >> 4)]![x + (i & 15)]!;
      top = Math.max(top, total / 256);
    }
  }
  return top;
}

// --- inputs ---

function rowOfZ(b: number) {
  return float32([1, Dz], z.data.slice(b * Dz, (b + 1) * Dz));
}

function scored(config: HeadConfig, arrays: HeadArrays, labels: readonly number[] = given) {
  const out = scoreHead(tensors(arrays), imagesOf(labels), config);
  const read = (name: keyof typeof out) => toNdArray(out[name]);
  return {
    label: read("label"),
    s_rec: read("s_rec"),
    s_sem: read("s_sem"),
    map: read("map"),
    score: read("score"),
    distance: read("distance"),
  };
}

function tensors(arrays: HeadArrays) {
  return headTensors(tensorsOf(arrays));
}

function imagesOf(labels: readonly number[]) {
  return {
    features: tf.tensor3d(features.data, [B, N, C]),
    z: tf.tensor2d(z.data, [B, Dz]),
    label: tf.tensor1d([...labels], "int32"),
  };
}
