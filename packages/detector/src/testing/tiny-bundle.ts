import { createRng, float32, int32, type NdArrays } from "@ltad/core";
import { onnxType } from "@ltad/onnx";
import type { TensorSpecs } from "@ltad/runtime";
import type { BundleParts } from "../write-bundle.js";
import { type GraphOfNodes, graphOfNodes } from "./graph-of-nodes.js";
import { sampleParts, sizes } from "./sample-parts.js";

// Shapes: B batch, S 32, G 4 tokens a side, N = G * G, C 5 channels, Dz 6, K 2 classes.
const { inputSize: S, grid: G, tokens: N, channels: C, zSize: Dz } = sizes;

/** Random weights of the tiny model. */
export function tinyWeights(): NdArrays & Record<"mix" | "toZ" | "usual" | "towards", ReturnType<typeof float32>> {
  const rng = createRng("tiny bundle");
  return {
    mix: float32([3, C], rng.normals(3 * C)),
    toZ: float32([C, Dz], rng.normals(C * Dz)),
    usual: float32([2, C], rng.normals(2 * C)),
    towards: float32([C, 1], rng.normals(C)),
  };
}

/**
 * Parts of a bundle whose graphs compute something small but complete: an encoder that averages 8 x 8 pixels and mixes the
 * colours, and a head that measures the distance to each class's usual features.
 */
export function tinyParts(): BundleParts {
  const { encoder, head, ...rest } = sampleParts(new Uint8Array(), new Uint8Array());
  return {
    ...rest,
    encoder: { ...encoder, model: encoderModel(encoder.inputs) },
    head: { ...head, model: headModel(head.inputs) },
  };
}

/**
 * The same model with a file for each class. It gives the same scores, and says how far an image is from its class.
 * @param classes more than two repeat the first two
 */
export function tinyPartsByClass(classes = 2): BundleParts {
  const { manifest, head, ...rest } = tinyParts();
  const { usual } = tinyWeights();
  const rowOf = (label: number) => float32([1, C], usual.data.slice((label % 2) * C, ((label % 2) + 1) * C));
  const { features, z, class: index } = head.inputs as Required<TensorSpecs>;
  const inputs = { features: features!, z: z!, "tables.usual": { dtype: "float32", shape: [1, C] } } as const;
  const names = ["tile", "nut"];
  return {
    ...rest,
    manifest: {
      ...manifest,
      classes: Array.from({ length: classes }, (_, k) => ({ ...manifest.classes[k % 2]!, name: names[k] ?? `class ${k}`, order: k })),
    },
    head: { model: headOfClass(inputs), inputs, outputs: ["s_rec", "s_sem", "map", "score"] },
    byClass: {
      nearest: { model: nearestModel({ z: z!, class: index! }), inputs: { z: z!, class: index! }, outputs: ["label", "distance"] },
      classes: Array.from({ length: classes }, (_, k) => ({ arrays: { "tables.usual": rowOf(k) } })),
    },
  };
}

function encoderModel(inputs: TensorSpecs): Uint8Array {
  const { mix, toZ } = tinyWeights();
  const cell = S / G;
  return graphOfNodes({
    inputs,
    outputs: { features: float([N, C]), z: float([Dz]) },
    constants: { mix, toZ },
    shapes: { cells: [-1, G, cell, G, cell, 3], tokens: [-1, N, 3] },
    nodes: {
      blocks: ["Reshape", ["image", "cells"]], // [B, G, 8, G, 8, 3]
      pooled: ["ReduceMean", ["blocks"], { axes: [2, 4], keepdims: 0 }], // [B, G, G, 3]
      colours: ["Reshape", ["pooled", "tokens"]], // [B, N, 3]
      features: ["MatMul", ["colours", "mix"]], // [B, N, C]
      average: ["ReduceMean", ["features"], { axes: [1], keepdims: 0 }], // [B, C]
      z: ["MatMul", ["average", "toZ"]], // [B, Dz]
    },
  });
}

/** Finds the nearest class where none is given. */
const nearestNodes = {
  means: ["MatMul", ["usual", "toZ"]], // [K, Dz]
  zs: ["Unsqueeze", ["z", "one"]], // [B, 1, Dz]
  away: ["Sub", ["zs", "means"]], // [B, K, Dz]
  distances: ["ReduceSumSquare", ["away"], { axes: [2], keepdims: 0 }], // [B, K]
  nearest: ["ArgMin", ["distances"], { axis: 1, keepdims: 0 }], // [B]
  predicted: ["Cast", ["nearest"], { to: onnxType.int32 }],
  isGiven: ["Greater", ["class", "none"]],
  label: ["Where", ["isGiven", "class", "predicted"]],
} as const satisfies GraphOfNodes["nodes"];

/** Scores against "expected": [B, C] or [1, C]. */
const scoreNodes = {
  everywhere: ["Unsqueeze", ["expected", "one"]], // [B, 1, C]
  rest: ["Sub", ["features", "everywhere"]], // [B, N, C]
  squares: ["Mul", ["rest", "rest"]],
  rec: ["ReduceMean", ["squares"], { axes: [2], keepdims: 0 }], // [B, N]
  s_rec: ["Reshape", ["rec", "grid"]],
  along: ["MatMul", ["features", "towards"]], // [B, N, 1]
  sem: ["Sigmoid", ["along"]],
  s_sem: ["Reshape", ["sem", "grid"]],
  halved: ["Mul", ["s_sem", "half"]],
  map: ["Add", ["s_rec", "halved"]],
  score: ["ReduceMax", ["map"], { axes: [1, 2], keepdims: 0 }], // [B]
} as const satisfies GraphOfNodes["nodes"];

const map = float([G, G]);
const scores = { s_rec: map, s_sem: map, map, score: float([]) };
const label = { dtype: "int32", shape: [null] } as const;

function headModel(inputs: TensorSpecs): Uint8Array {
  const { toZ, usual, towards } = tinyWeights();
  return graphOfNodes({
    inputs,
    outputs: { ...scores, label },
    constants: { toZ, usual, towards, half: float32([1], [0.5]), none: int32([1], [-1]) },
    shapes: { one: [1], grid: [-1, G, G] },
    nodes: { ...nearestNodes, expected: ["Gather", ["usual", "label"]], ...scoreNodes },
  });
}

function headOfClass(inputs: TensorSpecs): Uint8Array {
  return graphOfNodes({
    inputs,
    outputs: scores,
    constants: { towards: tinyWeights().towards, half: float32([1], [0.5]) },
    shapes: { one: [1], grid: [-1, G, G] },
    nodes: { expected: ["Identity", ["tables.usual"]], ...scoreNodes },
  });
}

function nearestModel(inputs: TensorSpecs): Uint8Array {
  const { toZ, usual } = tinyWeights();
  return graphOfNodes({
    inputs,
    outputs: { label, distance: float([]) },
    constants: { toZ, usual, none: int32([1], [-1]) },
    shapes: { one: [1] },
    nodes: {
      ...nearestNodes,
      own: ["Gather", ["means", "label"]], // [B, Dz]
      rest: ["Sub", ["z", "own"]],
      distance: ["ReduceSumSquare", ["rest"], { axes: [1], keepdims: 0 }], // [B]
    },
  });
}

/** float32 [batch, ...] */
function float(sides: readonly number[]) {
  return { dtype: "float32", shape: [null, ...sides] } as const;
}
