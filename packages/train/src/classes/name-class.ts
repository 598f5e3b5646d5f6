import { float32, floats, type NdArray, type NdArrays } from "@ltad/core";
import { loadTextEncoder, type TextEncoder } from "@ltad/encoder";
import type { TrainOptions } from "../train-options.js";
import { prototypesOf } from "../phase1/prototypes.js";
import type { TrainedModel } from "./trained-model.js";

export type NameOptions = Pick<TrainOptions, "cacheDir" | "offline" | "hubEndpoint" | "hubToken" | "hubCache"> & {
  /** Replaces the text encoder that the settings name. */
  readonly text?: TextEncoder | undefined;
};

/**
 * Makes the name s_c of a new class and its prototypes. The name is the mean of the names that the training has learned, because L_sem compares a patch
 * with the direction from normal to abnormal, which is nearly the same for every name.
 * @returns arrays [1, ...] under their names in weights.safetensors; none for a model that uses no text
 */
export async function nameClass({ config, manifest, arrays }: TrainedModel, options: NameOptions): Promise<NdArrays> {
  const { names } = arrays;
  if (!names) return {};
  const text = options.text ?? (await loadTextEncoder(config.encoder.text, options));
  const name = meanRow(names);
  const [classes, ...shape] = names.shape;
  const all = float32([classes! + 1, ...shape], [...names.data, ...name.data]);
  const { normal, abnormal } = await prototypesOf({ text, config, seed: manifest.seed }, all);
  return { names: name, "prototypes.normal": lastRow(normal), "prototypes.abnormal": lastRow(abnormal) };
}

/** [K, ...] -> [1, ...] */
function meanRow(table: NdArray): NdArray {
  const [classes, ...shape] = table.shape as [number, ...number[]];
  const mean = float32([1, ...shape]);
  floats(table, "names").forEach((value, i) => (mean.data[i % mean.data.length]! += value / classes));
  return mean;
}

/** [K, n] -> [1, n] */
function lastRow(table: NdArray): NdArray {
  const [classes, size] = table.shape as [number, number];
  return float32([1, size], floats(table, "prototypes").slice((classes - 1) * size));
}
