import { resolve } from "node:path";
import { checkOutFolder, type JobOptions } from "@ltad/core";
import type { SplitClass } from "@ltad/data";
import { readManifest } from "@ltad/detector";
import type { EditedModel, TrainedClass } from "@ltad/train";
import { checkInputs } from "./check-inputs.js";
import { alikeNames, newClasses, unknownClass } from "./class-names.js";
import { type DataOptions, openDataset } from "./data-options.js";
import { cacheDirIn, type Environment, hubSettings } from "./environment.js";
import { withIncludeMasks } from "./include-masks.js";
import { replaceModel } from "./replace-model.js";
import { shellWords } from "./shell-words.js";
import type { TrainOptions } from "./train-options.js";
import { lockTrainingFolder, roomForModel } from "./training-folder.js";

/** How a model is changed. */
export interface EditClassesOptions extends JobOptions {
  /** Replace the model without keeping its present version. */
  readonly force?: boolean | undefined;
  /** Continue without images that cannot be read; the warnings name them. */
  readonly skipBad?: boolean | undefined;
  /** The most pixels that an image may have; 100 million by default. */
  readonly maxPixels?: number | undefined;
  /** Folder of encoder weights and features; `defaultCacheDir` by default. */
  readonly cacheDir?: string | undefined;
  /** Make no network request. */
  readonly offline?: boolean | undefined;
  /** Environment variables that name the cache folder and the hub; `process.env` by default. */
  readonly env?: Environment;
}

/** A model with other classes. */
export interface EditedClasses {
  readonly folder: string;
  /** Folder of the version before; undefined with `force`. */
  readonly kept: string | undefined;
  /** All classes of the model, and their training images. */
  readonly classes: readonly { readonly name: string; readonly images: number }[];
  /** The classes that are new or were fitted again. */
  readonly changed: readonly string[];
  /** The turned copies that joined these classes, by name. */
  readonly copies: Readonly<Record<string, readonly string[]>>;
  readonly warnings: readonly string[];
}

/**
 * Adds the classes of a folder to a trained model in seconds, without training it again. The other classes score as before.
 * @param data good images of one product, or a data set in any of the known layouts, whose classes the model does not have yet
 * @throws LtadError when the model has all of the classes, when images cannot be used, or when the disk refuses
 */
export async function addClass(
  model: string,
  data: string | undefined,
  options: EditClassesOptions & DataOptions & Pick<TrainOptions, "include"> = {},
): Promise<EditedClasses> {
  const manifest = await readManifest(model);
  const dataset = await openDataset(data, options);
  const { fresh, known } = newClasses(manifest, dataset, model);
  const others = manifest.classes.map(({ name }) => name);
  const { images, warnings } = await checked(await withIncludeMasks(fresh, options.include, others), dataset.root, options);
  const notes = known.length > 0 ? [`${known.join(", ")}: the model already has this class; its images were not used.`] : [];
  const alike = await alikeNames(
    others,
    fresh.map(({ name }) => name),
  );
  const masks = options.include === undefined ? [] : ["--include", options.include];
  const words = ["add-class", model, ...(data === undefined ? [] : [data]), ...masks];
  const remarks = [...new Set([...dataset.warnings, ...alike, ...notes, ...warnings])];
  return edit(model, { words, changed: images.map(({ name }) => name), warnings: remarks }, options, {
    change: async (settings) => (await import("@ltad/train")).addClasses(model, images, settings),
    lists: (before) => [...before, ...images.map(trainedClass)],
  });
}

/**
 * Takes classes out of a trained model. The others score as before.
 * @throws LtadError for a class that the model does not have, and when no class would be left
 */
export async function removeClass(model: string, names: readonly string[], options: EditClassesOptions = {}): Promise<EditedClasses> {
  const manifest = await readManifest(model);
  const gone = [...new Set(names.map((name) => name.normalize("NFC")))];
  const unknown = gone.find((name) => !manifest.classes.some((entry) => entry.name === name));
  if (unknown !== undefined) throw unknownClass(model, manifest, unknown);
  return edit(model, { words: ["remove-class", model, ...gone], changed: [], warnings: [] }, options, {
    change: async () => (await import("@ltad/train")).removeClasses(model, gone),
    lists: (before) => before.filter(({ name }) => !gone.includes(name)),
  });
}

/** @internal The work common to all three functions: changes the model under a lock, and keeps the version before. */
export async function edit(
  model: string,
  {
    words,
    changed,
    warnings,
  }: { readonly words: readonly string[]; readonly changed: readonly string[]; readonly warnings: readonly string[] },
  options: EditClassesOptions,
  by: {
    readonly change: (settings: ReturnType<typeof settingsOf>) => Promise<EditedModel>;
    readonly lists: (before: readonly TrainedClass[]) => readonly TrainedClass[];
  },
): Promise<EditedClasses> {
  await readManifest(model); // before a lock is written into a folder that is no model
  await checkOutFolder(model, roomForModel);
  const { readTrainingFiles } = await import("@ltad/train");
  const { unlock } = await lockTrainingFolder(model);
  try {
    const { parts, copies } = await by.change(settingsOf(options));
    const before = await readTrainingFiles(model);
    const trained = before && by.lists(before);
    const kept = await replaceModel(model, parts, { force: options.force ?? false, trained, command: shellWords(["ltad", ...words]) });
    const classes = parts.manifest.classes.map(({ name, trainImages }) => ({ name, images: trainImages }));
    return { folder: model, kept, classes, changed, copies, warnings };
  } finally {
    await unlock();
  }
}

function settingsOf({ signal, onProgress, env = process.env, cacheDir, maxPixels, offline }: EditClassesOptions) {
  const hub = hubSettings(env);
  return { signal, onProgress, maxPixels, ...hub, cacheDir: resolve(cacheDir ?? cacheDirIn(env)), offline: offline ?? hub.offline };
}

/** Decodes every image before the work, as a training does. */
export async function checked(
  classes: readonly SplitClass[],
  root: string,
  { signal, onProgress, env = process.env, cacheDir, skipBad = false, maxPixels }: EditClassesOptions,
): Promise<{ readonly images: readonly SplitClass[]; readonly warnings: readonly string[] }> {
  const files = classes.flatMap(({ train }) => train.map(({ file }) => ({ file, depth: "full" as const })));
  const folder = resolve(cacheDir ?? cacheDirIn(env));
  const { bad, warnings } = await checkInputs(files, { signal, onProgress, cacheDir: folder, root, skipBad, maxPixels });
  const images = classes.map((entry) => ({ ...entry, train: entry.train.filter(({ file }) => !bad.has(file)) }));
  return { images, warnings };
}

export function trainedClass({ name, train }: SplitClass): TrainedClass {
  return { name, images: train.map(({ id, file }) => ({ id, file: resolve(file) })) };
}
