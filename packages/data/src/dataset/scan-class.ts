import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { shown } from "../internal/shown.js";
import type { ClassData, TestItem, TrainItem } from "./dataset.js";
import { type Listing, listFolder, listFolderIfThere } from "./list-folder.js";
import { matchMasks, someOf } from "./match-masks.js";
import { byStem } from "./unique-stems.js";

/** Where a class is and where remarks go. */
interface Place {
  readonly root: string;
  readonly name: string;
  readonly warnings: string[];
}

/**
 * Scans `CLASS/train/good`, `CLASS/test/*` and `CLASS/ground_truth/*`.
 * @throws LtadError `LTAD_DATA` when there is no training image; see {@link listFolder} and {@link matchMasks}
 */
export async function scanClass(place: Place): Promise<ClassData> {
  return { name: place.name, train: await scanTrain(place), test: await scanTest(place) };
}

async function scanTrain(place: Place): Promise<TrainItem[]> {
  const at = `${place.name}/train/good`;
  const beside = await listFolderIfThere(join(place.root, place.name, "train"), place.root);
  for (const folder of (beside?.folders ?? []).filter((folder) => folder !== "good")) {
    place.warnings.push(`${shown(`${place.name}/train/${folder}`)}: ignored; training uses only the normal images in train/good.`);
  }
  const listing = beside?.folders.includes("good") ? await listFolder(join(place.root, at), place.root) : null;
  if (!listing || listing.images.length === 0) throw noTraining(place, beside, listing);
  remark(place, at, listing, true);
  byStem(listing.images, at);
  return listing.images.map((image) => item(place.root, `${at}/${image}`));
}

async function scanTest(place: Place): Promise<TestItem[]> {
  const test = await listFolderIfThere(join(place.root, place.name, "test"), place.root);
  if (!test) return [];
  remark(place, `${place.name}/test`, test, false);
  const truth = await listFolderIfThere(join(place.root, place.name, "ground_truth"), place.root);
  if (truth) remark(place, `${place.name}/ground_truth`, truth, false);
  for (const defect of truth?.folders.filter((folder) => folder !== "good" && !test.folders.includes(folder)) ?? []) {
    place.warnings.push(`${shown(`${place.name}/ground_truth/${defect}`)}: masks without images in test/${shown(defect)}; ignored.`);
  }
  const items: TestItem[] = [];
  for (const label of test.folders) {
    const masked = label !== "good" && (truth?.folders.includes(label) ?? false);
    items.push(...(await scanLabel(place, label, { masked, expectsMask: label !== "good" && truth !== null })));
  }
  return items;
}

async function scanLabel(
  place: Place,
  label: string,
  { masked, expectsMask }: { masked: boolean; expectsMask: boolean },
): Promise<TestItem[]> {
  const [imagesAt, masksAt] = [`${place.name}/test/${label}`, `${place.name}/ground_truth/${label}`];
  const { images, ...rest } = await listFolder(join(place.root, imagesAt), place.root);
  remark(place, imagesAt, { images, ...rest }, true);
  byStem(images, imagesAt);
  const masks = masked ? (await listFolder(join(place.root, masksAt), place.root)).images : [];
  const { maskOf, warnings } = matchMasks({ imagesAt, images, masksAt, masks });
  if (expectsMask) place.warnings.push(...warnings);
  return images.map((image) => {
    const mask = maskOf.get(image);
    return { ...item(place.root, `${imagesAt}/${image}`), label, ...(mask === undefined ? {} : { mask: join(place.root, masksAt, mask) }) };
  });
}

function item(root: string, id: string): TrainItem {
  return { id, file: join(root, id) };
}

/** Says what of a folder is not used. */
function remark({ warnings }: Place, at: string, { folders, images, others }: Listing, holdsImages: boolean): void {
  if (others.length > 0)
    warnings.push(`${shown(at)}: ${someOf(others)} that ${others.length > 1 ? "are not images" : "is not an image"}; ignored.`);
  if (holdsImages && folders.length > 0)
    warnings.push(`${shown(at)}: folders inside are ignored (${folders.slice(0, 3).map(shown).join(", ")}).`);
  if (!holdsImages && images.length > 0) warnings.push(`${shown(at)}: ${someOf(images)} outside a folder such as good/; ignored.`);
}

function noTraining({ name }: Place, train: Listing | null, good: Listing | null): LtadError {
  const found = good
    ? `it contains ${good.others.length > 0 ? someOf(good.others) + " and no images" : "nothing"}`
    : train
      ? `train/ contains ${[...train.folders.map((f) => `${f}/`), ...train.images, ...train.others].slice(0, 5).map(shown).join(", ") || "nothing"}`
      : "there is no folder train/";
  return new LtadError(
    "LTAD_DATA",
    `${shown(name)}: no training images; expected normal images in ${shown(name)}/train/good, but ${found}. Add images or remove the class from the dataset.`,
    { details: { class: name } },
  );
}
