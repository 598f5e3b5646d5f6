import { LtadError, type NdArrays } from "@ltad/core";
import type { SplitClass, Turn } from "@ltad/data";
import type { BundleParts } from "@ltad/detector";
import { withFitted, withNeighbour } from "./edit-manifest.js";
import { fitClass, type FitClassOptions } from "./fit-class.js";
import { nameClass, type NameOptions } from "./name-class.js";
import { openModel, partsOf, type TrainedModel } from "./trained-model.js";

export type EditOptions = FitClassOptions & NameOptions;

/** A model with changed classes, which can be written as a bundle. */
export interface EditedModel {
  readonly parts: BundleParts;
  /** The turned copies that joined the changed classes, by name. */
  readonly copies: Readonly<Record<string, readonly Turn[]>>;
}

/**
 * Adds classes to a trained model without training it again. They come after the existing classes, whose scores do not change by a bit.
 * @param folder of the bundle, which is not changed; `writeBundle` of @ltad/detector writes the result
 * @param classes the good images of each new class; at least two, because limits come from images that the statistics were fitted without
 * @throws LtadError `LTAD_CONFIG` for a class that the model already has or a model whose classes are learned in steps, `LTAD_DATA` for too few images
 */
export async function addClasses(folder: string, classes: readonly SplitClass[], options: EditOptions): Promise<EditedModel> {
  let model = await openClosedForm(folder);
  const known = namesOf(model);
  const there = classes.filter(({ name }) => known.includes(name)).map(({ name }) => name);
  if (there.length > 0) {
    const message = `${folder}: the model already has ${there.join(", ")}. Add more images of a class with \`ltad update-class\`.`;
    throw new LtadError("LTAD_CONFIG", message, { details: { folder } });
  }
  checkEnough(classes);
  const copies: [string, readonly Turn[]][] = [];
  for (const images of classes) {
    const names = await nameClass(model, options);
    const fitted = await withClass(model, { label: namesOf(model).length, images, names }, options);
    model = fitted.model;
    copies.push([images.name, fitted.turns]);
  }
  return { parts: partsOf(model), copies: Object.fromEntries(copies.filter(([, turns]) => turns.length > 0)) };
}

/**
 * Fits a class of a trained model again, to these images instead of the previous ones. The scores of the other classes do not change by a bit.
 * @param images all good images of the class, including those that it was trained on
 * @throws LtadError `LTAD_CONFIG` for a class that the model lacks, and as {@link addClasses}
 */
export async function updateClass(folder: string, images: SplitClass, options: EditOptions): Promise<EditedModel> {
  const model = await openClosedForm(folder);
  const label = labelOf(model, folder, images.name);
  checkEnough([images]);
  const fitted = await withClass(model, { label, images, names: {} }, options);
  return { parts: partsOf(fitted.model), copies: fitted.turns.length > 0 ? { [images.name]: fitted.turns } : {} };
}

async function withClass(
  model: TrainedModel,
  { label, images, names }: { readonly label: number; readonly images: SplitClass; readonly names: NdArrays },
  options: EditOptions,
): Promise<{ readonly model: TrainedModel; readonly turns: readonly Turn[] }> {
  const fitted = await fitClass(model, { label, images, names }, options);
  const isNew = label === model.manifest.classes.length;
  const manifest = withFitted(model.manifest, label, fitted, { name: images.name, trainImages: images.train.length });
  const { arrays, own, turns } = fitted;
  const classes = model.classes.toSpliced(label, 1, { arrays: own });
  return { model: { ...model, arrays, classes, manifest: isNew ? withNeighbour(manifest, label, fitted.z, arrays) : manifest }, turns };
}

/** Opens a model. @throws LtadError `LTAD_CONFIG` if its classes do not follow from their images in closed form */
async function openClosedForm(folder: string): Promise<TrainedModel> {
  const model = await openModel(folder);
  if (model.config.whitening.by === "class") return model;
  const message = `${folder}: expected a model that whitens by class, as the presets recommended and fast do; this one (preset ${model.config.preset}) learns all classes together, in steps. Train it again with the new images.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { folder } });
}

/** The index of a class. @throws LtadError `LTAD_CONFIG` for an unknown name */
export function labelOf(model: TrainedModel, folder: string, name: string): number {
  const names = namesOf(model);
  const label = names.indexOf(name.normalize("NFC"));
  if (label >= 0) return label;
  const message = `${folder}: expected a class of the model (${names.join(", ")}), received ${name}. Add a new class with \`ltad add-class\`.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { received: name, expected: names } });
}

function checkEnough(classes: readonly SplitClass[]): void {
  const few = classes.filter(({ train }) => train.length < 2).map(({ name, train }) => `${name} (${train.length})`);
  if (few.length === 0) return;
  const message = `${few.join(", ")}: expected at least 2 good images of a class, because its limit comes from images that its statistics do not know. Add more.`;
  throw new LtadError("LTAD_DATA", message);
}

function namesOf({ manifest }: TrainedModel): string[] {
  return manifest.classes.map(({ name }) => name);
}
