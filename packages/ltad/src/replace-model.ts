import { copyFile, link, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeError, writeFileAtomic } from "@ltad/core";
import { type Split, writeSplit } from "@ltad/data";
import { type BundleParts, readManifest, storeCheck, writeBundle } from "@ltad/detector";
import type { TrainedClass } from "@ltad/train";
import { isOfLock } from "./training-folder.js";

export interface ReplaceOptions {
  /** Do not keep the version that is there. */
  readonly force: boolean;
  /** The training images of the new version, where they are known. */
  readonly trained: readonly TrainedClass[] | undefined;
  /** The command line that makes the new version, for config.yaml. */
  readonly command: string;
}

/** What belongs to the version before: its numbers, and the list of its images. */
const outdated = ["metrics.json", "metrics.csv", "scores.csv", "report.html", "train-images.txt", "training-files.json"];

/**
 * Replaces a model with a new version of it. The new version is written and tried beside the old one, which is kept in MODEL/before/N; the
 * renaming of model.json is the moment the new one takes over. A crash at any point leaves one of them complete.
 * @returns the folder of the old version; undefined with `force`
 * @throws LtadError `LTAD_WRITE`, `LTAD_BUNDLE`
 */
export async function replaceModel(folder: string, parts: BundleParts, options: ReplaceOptions): Promise<string | undefined> {
  const next = join(folder, ".next");
  try {
    await rm(next, { recursive: true, force: true });
    await writeBundle(next, parts);
    await storeCheck(next);
    await writeLists(next, parts, options);
    const kept = options.force ? undefined : await keep(folder);
    await takeOver(folder, next, options);
    return kept;
  } catch (error) {
    throw (error as { code?: string }).code?.startsWith("LTAD_") ? error : writeError(folder, error);
  } finally {
    await rm(next, { recursive: true, force: true });
  }
}

/** The lists of training images, without which `ltad eval` and `ltad update-class` do less. */
async function writeLists(folder: string, { manifest }: BundleParts, { trained }: ReplaceOptions): Promise<void> {
  if (!trained) return;
  const { writeTrainingFiles } = await import("@ltad/train");
  const order = [...manifest.classes].sort((a, b) => a.order - b.order);
  const classes = order.map(({ name }): Split["classes"][number] => {
    const train = trained.find((one) => one.name === name)?.images ?? [];
    return { name, available: train.length, train };
  });
  await writeSplit(join(folder, "train-images.txt"), { protocol: manifest.protocol, seed: manifest.seed, classes });
  await writeTrainingFiles(folder, trained);
}

/** Keeps the version that is there, in a folder of its own: names of the same files where the disk allows, else copies. */
async function keep(folder: string): Promise<string> {
  const versions = join(folder, "before");
  await mkdir(versions, { recursive: true });
  const numbers = (await readdir(versions)).map(Number).filter(Number.isSafeInteger);
  const [kept, beside] = [join(versions, String(Math.max(0, ...numbers) + 1)), join(versions, ".part")];
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || isOfLock(entry.name)) continue;
    const [from, to] = [join(folder, entry.name), join(beside, entry.name)];
    await link(from, to).catch(() => copyFile(from, to));
  }
  await rename(beside, kept);
  return kept;
}

async function takeOver(folder: string, next: string, { command }: ReplaceOptions): Promise<void> {
  const before = await readManifest(folder);
  const config = await readFile(join(folder, "config.yaml"), "utf8").catch(() => "");
  for (const name of outdated) await rm(join(folder, name), { force: true });
  const names = (await readdir(next)).filter((name) => name !== "model.json");
  for (const name of [...names, "model.json"]) await rename(join(next, name), join(folder, name));
  if (config !== "") await writeFileAtomic(join(folder, "config.yaml"), `${config.trimEnd()}\n# then: ${command}\n`);
  const after = await readManifest(folder);
  for (const name of Object.keys(before.files)) if (!Object.hasOwn(after.files, name)) await rm(join(folder, name), { force: true });
}
