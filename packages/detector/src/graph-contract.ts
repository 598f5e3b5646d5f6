import { LtadError } from "@ltad/core/browser";
import type { Program, TensorSpecs } from "@ltad/runtime/web";
import { bundleError } from "./bundle-error.js";
import { type GraphSpec, isOfImage, type Manifest } from "./manifest.js";

/** The inputs and outputs that a graph must have; null is the batch. Further outputs are allowed. */
export interface GraphContract {
  readonly inputs: TensorSpecs;
  readonly outputs: readonly string[];
}

/** The contract of the encoder: images, RGB in 0..1, or their tiles, to features and z. `shapes` are those of whole images. */
export function encoderContract({
  features: { inputSize, tiles, channels, tokens, zSize },
}: Manifest): GraphContract & { readonly shapes: TensorSpecs } {
  const side = tiles?.size ?? inputSize;
  return {
    inputs: { image: { dtype: "float32", shape: [null, side, side, 3] } },
    outputs: ["features", "z"],
    shapes: { features: { dtype: "float32", shape: [null, tokens, channels] }, z: { dtype: "float32", shape: [null, zSize] } },
  };
}

const index = { dtype: "int32", shape: [null] } as const;
const perImage = { dtype: "float32", shape: [null] } as const;

/**
 * The contract of the head: features and z of images, and the tables of their class, to maps and score. A head that contains the tables of all
 * classes takes class indices instead (-1 to predict the class), and also returns the indices that it used.
 */
export function headContract(manifest: Manifest): GraphContract & { readonly shapes: TensorSpecs } {
  const { grid } = manifest.features;
  const map = { dtype: "float32", shape: [null, grid, grid] } as const;
  const ofImage = encoderContract(manifest).shapes;
  const scores = { s_rec: map, s_sem: map, map, score: perImage };
  if (manifest.graphs.nearest) return { inputs: { ...ofImage, ...classTensors(manifest) }, outputs: Object.keys(scores), shapes: scores };
  const shapes = { ...scores, label: index };
  return { inputs: { ...ofImage, class: index }, outputs: Object.keys(shapes), shapes };
}

/**
 * The contract of the graph that finds classes: z and a class index (-1 to predict it) to the class index in use, and the distance of the image from
 * that class. The output is called `label`, because an output of an ONNX graph cannot have the name of an input.
 */
export function nearestContract(manifest: Manifest): GraphContract & { readonly shapes: TensorSpecs } {
  const shapes = { label: index, distance: perImage };
  return { inputs: { z: encoderContract(manifest).shapes["z"]!, class: index }, outputs: Object.keys(shapes), shapes };
}

/** The tables of a class that the head takes: float32 [1, ...] by name. */
export function classTensors({ graphs }: Manifest): TensorSpecs {
  return Object.fromEntries(Object.entries(graphs.head.inputs).filter(([name]) => !isOfImage(name)));
}

/**
 * Checks that an opened graph is what model.json states and what a detector needs, and disposes of it otherwise.
 * @param place its file, for messages
 * @throws LtadError `LTAD_BUNDLE`
 */
export async function checkProgram(program: Program, place: string, described: GraphSpec, contract: GraphContract): Promise<Program> {
  try {
    compare(place, "model.json", program, described);
    compare(place, "a detector with these features", program, contract);
    return program;
  } catch (error) {
    await program.dispose();
    throw error;
  }
}

function compare(place: string, by: string, program: Program, { inputs, outputs }: GraphContract): void {
  const wanted = written(inputs);
  const found = written(program.inputs);
  if (wanted !== found) throw bundleError(place, `has the inputs ${found}; ${by} needs ${wanted}. Write the bundle again.`);
  const missing = outputs.filter((name) => !program.outputs.includes(name));
  if (missing.length > 0)
    throw bundleError(
      place,
      `has the outputs ${program.outputs.join(", ")}; ${by} also needs ${missing.join(", ")}. Write the bundle again.`,
    );
}

/** Describes tensors for a message, sorted by name: `class int32 [B], z float32 [B, 320]`. */
function written(spec: TensorSpecs): string {
  const names = Object.keys(spec).sort();
  return names.map((name) => `${name} ${spec[name]?.dtype} [${spec[name]?.shape.map((n) => n ?? "B").join(", ")}]`).join(", ");
}

/** Checks the types and shapes of the outputs of a run. @throws LtadError `LTAD_BUNDLE` when they differ from the contract */
export function checkOutputs(place: string, found: TensorSpecs, contract: { readonly shapes: TensorSpecs }, batch: number): void {
  for (const [name, { dtype, shape }] of Object.entries(contract.shapes)) {
    const wanted = `${dtype} [${shape.map((n) => n ?? batch).join(", ")}]`;
    const got = found[name] ? `${found[name].dtype} [${found[name].shape.join(", ")}]` : "nothing";
    if (wanted !== got)
      throw new LtadError("LTAD_BUNDLE", `${place}: output ${name}: expected ${wanted}, received ${got}. Write the bundle again.`);
  }
}
