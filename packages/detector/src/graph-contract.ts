import { LtadError } from "@ltad/core/browser";
import type { Program, TensorSpecs } from "@ltad/runtime/web";
import { bundleError } from "./bundle-error.js";
import { type GraphSpec, isOfImage, type Manifest } from "./manifest.js";

/** The inputs and outputs that a detector needs a graph to have; null is the batch. More outputs do no harm. */
export interface GraphContract {
  readonly inputs: TensorSpecs;
  readonly outputs: readonly string[];
}

/** The encoder's side: images RGB 0..1, or their tiles, to features and z; `shapes` are those of whole images. */
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
 * The head's side: features and z of images, and the tables of the one class that they are of, to maps and score. A head that has the tables of
 * all classes inside takes class indices in their place (-1: predict it) and also gives those that it used.
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
 * z and a class index (-1: predict it) to the class index that is used and how far the image is from that class.
 * The index is called `label`, because an ONNX graph cannot have an output with the name of an input.
 */
export function nearestContract(manifest: Manifest): GraphContract & { readonly shapes: TensorSpecs } {
  const shapes = { label: index, distance: perImage };
  return { inputs: { z: encoderContract(manifest).shapes["z"]!, class: index }, outputs: Object.keys(shapes), shapes };
}

/** What the head takes of a class: float32 [1, ...] by name. */
export function classTensors({ graphs }: Manifest): TensorSpecs {
  return Object.fromEntries(Object.entries(graphs.head.inputs).filter(([name]) => !isOfImage(name)));
}

/**
 * Checks that an opened graph is what model.json says and what a detector needs; frees it otherwise.
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

/** `class int32 [B], z float32 [B, 320]`, in the order of the names. */
function written(spec: TensorSpecs): string {
  const names = Object.keys(spec).sort();
  return names.map((name) => `${name} ${spec[name]?.dtype} [${spec[name]?.shape.map((n) => n ?? "B").join(", ")}]`).join(", ");
}

/** Checks types and shapes of what a run has computed. @throws LtadError `LTAD_BUNDLE` */
export function checkOutputs(place: string, found: TensorSpecs, contract: { readonly shapes: TensorSpecs }, batch: number): void {
  for (const [name, { dtype, shape }] of Object.entries(contract.shapes)) {
    const wanted = `${dtype} [${shape.map((n) => n ?? batch).join(", ")}]`;
    const got = found[name] ? `${found[name].dtype} [${found[name].shape.join(", ")}]` : "nothing";
    if (wanted !== got)
      throw new LtadError("LTAD_BUNDLE", `${place}: output ${name}: expected ${wanted}, received ${got}. Write the bundle again.`);
  }
}
