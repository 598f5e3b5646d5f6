import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { LtadError, sha256, throwIfAborted } from "@ltad/core";
import type { SplitClass, TrainItem } from "@ltad/data";
import { openDetector, readManifest } from "@ltad/detector";
import type { TrainedClass } from "@ltad/train";
import { unknownClass } from "./class-names.js";
import { openDataset } from "./data-options.js";
import { checked, edit, type EditClassesOptions, type EditedClasses, trainedClass } from "./edit-classes.js";
import { checkIsFile, isFolder } from "./file-kind.js";
import { findGoodImages, notUsedRemark } from "./find-good-images.js";

/** How a class is fitted again. */
export interface UpdateClassOptions extends EditClassesOptions {
  /** The data set of the training, where it is no longer in the place that the model remembers. */
  readonly data?: string | undefined;
}

/** A class that has been fitted again. */
export interface UpdatedClass extends EditedClasses {
  /** Images that the class did not know. */
  readonly added: number;
  /** How many of them the model took for defective, before and after the change. */
  readonly notOk: { readonly before: number; readonly after: number };
}

/**
 * Teaches a class of a trained model with more good images: new ones, or images that the model has taken for defective by mistake. The class is
 * fitted again to its old images and the new ones; the other classes score as before.
 * @param images image files, and folders of good images
 * @throws LtadError when the training images of the class cannot be found, when all images are known, or when images cannot be used
 */
export async function updateClass(
  model: string,
  name: string,
  images: readonly string[],
  options: UpdateClassOptions = {},
): Promise<UpdatedClass> {
  const manifest = await readManifest(model);
  const own = manifest.classes.find((entry) => entry.name === name.normalize("NFC"));
  if (!own) throw unknownClass(model, manifest, name, " Add a new class with `ltad add-class`.");
  const old = await oldImages(model, own.name, own.trainImages, options);
  const { files, remarks } = await filesOf(images, own.name);
  const { fresh, known } = await freshImages(own.name, files, old);
  if (fresh.length === 0) {
    const message = `${images.join(", ")}: ${own.name} was trained on ${known === 1 ? "this image" : `all of these ${known} images`} already.`;
    throw new LtadError("LTAD_DATA", message, { details: { class: own.name } });
  }
  const all: SplitClass = { name: own.name, available: old.length + fresh.length, train: [...old, ...fresh] };
  const { images: usable, warnings } = await checked([all], resolve(model, own.name), options);
  const [entry] = usable as [SplitClass];
  const added = fresh.filter((item) => entry.train.includes(item));
  const before = await countNotOk(model, own.name, added, options);
  const notes = [
    ...remarks,
    ...(known > 0 ? [`${own.name}: ${known} of these images were already known, and count once.`] : []),
    ...decisionNotes(manifest.decision?.classes[manifest.classes.indexOf(own)], model, own.name),
  ];
  const words = ["update-class", model, name, ...images];
  const result = await edit(model, { words, changed: [own.name], warnings: [...notes, ...warnings] }, options, {
    change: async (settings) => (await import("@ltad/train")).updateClass(model, entry, settings),
    lists: (classes) => classes.map((one) => (one.name === own.name ? trainedClass(entry) : one)),
  });
  return { ...result, added: added.length, notOk: { before, after: await countNotOk(model, own.name, added, options) } };
}

/** What the user chose for the class, and what becomes of it. */
function decisionNotes(
  entry: { limit: number | null; recalibrated?: true | undefined } | undefined,
  model: string,
  name: string,
): string[] {
  const { limit = null, recalibrated } = entry ?? {};
  if (limit !== null)
    return [`${name}: its limit stays ${limit}, because it was set by hand; \`ltad limits ${model} --class ${name} --unset\` removes it.`];
  if (recalibrated)
    return [
      `${name}: its limit came from images of your production line, and now comes from its training images. Recalibrate with \`ltad limits ${model} --from\`.`,
    ];
  return [];
}

/** The training images of the class. @throws LtadError `LTAD_DATA` when some cannot be found */
async function oldImages(model: string, name: string, count: number, { data, signal }: UpdateClassOptions): Promise<readonly TrainItem[]> {
  const { readTrainingFiles } = await import("@ltad/train");
  const listed = (await readTrainingFiles(model))?.find((one) => one.name === name)?.images ?? [];
  const images = data === undefined ? listed : await inDataset(listed, data, signal);
  const missing = images.filter(({ file }) => !existsSync(file));
  if (images.length === count && missing.length === 0) return images;
  const what =
    listed.length === count
      ? `${missing.length} of the ${count} training images of ${name} are no longer where they were, such as ${missing[0]!.file}`
      : `the model does not record where the ${count} training images of ${name} are`;
  const message = `${model}: ${what}. The class is fitted to old and new images together. Pass the data set with --data, or train again with all images.`;
  throw new LtadError("LTAD_DATA", message, { details: { folder: model, class: name } });
}

/** The same images in a data set that has moved, by their names below it. */
async function inDataset(listed: TrainedClass["images"], data: string, signal: AbortSignal | undefined): Promise<TrainedClass["images"]> {
  const { classes } = await openDataset(data, { signal });
  const files = new Map(classes.flatMap(({ train }) => train.map(({ id, file }) => [id, file] as const)));
  return listed.map(({ id, file }) => ({ id, file: files.get(id) ?? file }));
}

/** The image files that were named, and the good images of folders. */
async function filesOf(images: readonly string[], name: string) {
  const found = await Promise.all(
    images.map(async (path) => {
      if (!(await isFolder(path))) {
        await checkIsFile(path);
        return { files: [path], remarks: [] };
      }
      const { images: good, notUsed } = await findGoodImages(path, [name], name);
      return { files: good.get(name)!, remarks: notUsedRemark(path, notUsed) };
    }),
  );
  const files = found.flatMap((one) => one.files).map((file) => resolve(file));
  return { files: [...new Set(files)], remarks: found.flatMap(({ remarks }) => remarks) };
}

/** The images whose content the class does not know, under names of their own. */
async function freshImages(name: string, files: readonly string[], old: readonly TrainItem[]) {
  const seen = new Set(await Promise.all(old.map(({ file }) => contentOf(file))));
  const ids = new Set(old.map(({ id }) => id));
  const fresh: TrainItem[] = [];
  for (const file of files) {
    const content = await contentOf(file);
    if (seen.has(content)) continue;
    seen.add(content);
    const plain = `${name}/${basename(file)}`;
    const id = ids.has(plain) ? `${name}/${content.slice(0, 8)}-${basename(file)}` : plain;
    ids.add(id);
    fresh.push({ id, file });
  }
  return { fresh, known: files.length - fresh.length };
}

async function contentOf(file: string): Promise<string> {
  try {
    return sha256(await readFile(file));
  } catch (error) {
    const message = `${file}: cannot be read (${(error as NodeJS.ErrnoException).code}). Give image files, or folders of good images.`;
    throw new LtadError("LTAD_DATA", message, { cause: error, details: { file } });
  }
}

/** How many of these images are NOT OK as images of the class. */
async function countNotOk(model: string, name: string, items: readonly TrainItem[], { maxPixels, signal, onProgress }: UpdateClassOptions) {
  const detector = await openDetector(model);
  try {
    let found = 0;
    for (const [done, { file }] of items.entries()) {
      throwIfAborted(signal);
      const { verdict } = await detector.predict(file, {
        class: name,
        size: "grid",
        ...(maxPixels !== undefined && { image: { maxPixels } }),
      });
      if (verdict?.isAnomalous) found++;
      onProgress?.({ phase: "score", done: done + 1, total: items.length, unit: "images" });
    }
    return found;
  } finally {
    await detector.dispose();
  }
}
