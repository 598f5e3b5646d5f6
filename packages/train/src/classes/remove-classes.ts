import { LtadError } from "@ltad/core";
import { labelOf } from "./add-classes.js";
import type { EditedModel } from "./add-classes.js";
import { withoutRow } from "./class-rows.js";
import { withoutClass } from "./edit-manifest.js";
import { openModel, partsOf } from "./trained-model.js";

/**
 * Removes classes from a trained model. The scores of the others do not change by a bit.
 * @param folder of the bundle, which is not changed; `writeBundle` of @ltad/detector writes the result
 * @throws LtadError `LTAD_CONFIG` for a class that the model lacks, or when none would be left
 */
export async function removeClasses(folder: string, names: readonly string[]): Promise<EditedModel> {
  let model = await openModel(folder);
  for (const name of new Set(names)) {
    const label = labelOf(model, folder, name);
    if (model.manifest.classes.length === 1) {
      throw new LtadError("LTAD_CONFIG", `${folder}: ${name} is the last class, and a model needs one. Delete the folder instead.`);
    }
    const classes = model.classes.toSpliced(label, 1);
    model = { ...model, arrays: withoutRow(model.arrays, label), classes, manifest: withoutClass(model.manifest, label) };
  }
  return { parts: partsOf(model), copies: {} };
}
