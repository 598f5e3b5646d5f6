import type { JobOptions } from "@ltad/core";
import { plural } from "@ltad/core/format";
import type { ImageOptions } from "../../images/image-limits.js";
import { shown } from "../../internal/shown.js";
import type { ClassData, Dataset } from "../dataset.js";
import { type Remark, remarkLines, remarks, type Remarks } from "../remarks.js";
import { type Duplicate, exactDuplicates, median, nearDuplicates } from "./duplicates.js";
import { examineMasks } from "./examine-masks.js";
import { strangeImages } from "./strange-images.js";
import { type ImageFacts, surveyImages } from "./survey.js";

/** An image to look at, and beside which other. */
export interface Suspect {
  readonly id: string;
  readonly file: string;
  readonly why: string;
  readonly beside?: { readonly id: string; readonly file: string };
}

/** Everything that was found out about a data set. */
export interface Examination {
  readonly remarks: readonly Remark[];
  /** The same in sentences, those that matter first. */
  readonly lines: readonly { readonly text: string; readonly matters: boolean }[];
  /** Whether numbers would be wrong, images are missing or a training would stop. */
  readonly matters: boolean;
  /** Images to look at. */
  readonly suspects: readonly Suspect[];
  /** Training images that a clean list leaves out, with the reason. */
  readonly drop: ReadonlyMap<string, string>;
}

/**
 * Reads every image of a data set and looks for what would make a model or its numbers wrong: files that cannot be read, the same picture on both
 * sides, strange training images, mixed colours and sizes, and classes that are too small.
 */
export async function examineDataset(dataset: Dataset, options: JobOptions & ImageOptions = {}): Promise<Examination> {
  const found = { remarks: remarks(), suspects: [] as Suspect[], drop: new Map<string, string>() };
  found.remarks.all.push(...dataset.remarks);
  const { images, unreadable } = await surveyImages(dataset, options);
  for (const { id, why } of unreadable) {
    found.remarks.matter(id, `cannot be used: ${why}`);
    found.drop.set(id, "it cannot be read");
  }
  await examineMasks(dataset, found.remarks, options);
  for (const duplicate of exactDuplicates(images)) addDuplicate(duplicate, found);
  for (const data of dataset.classes) {
    const mine = images.filter((image) => image.class === data.name);
    examineClass(data, mine, found);
  }
  const lines = [true, false].flatMap((matters) =>
    remarkLines(found.remarks.all.filter((remark) => remark.matters === matters)).map((text) => ({ text, matters })),
  );
  return { remarks: found.remarks.all, lines, matters: lines.some(({ matters }) => matters), suspects: found.suspects, drop: found.drop };
}

interface Found {
  readonly remarks: Remarks;
  readonly suspects: Suspect[];
  readonly drop: Map<string, string>;
}

function examineClass(data: ClassData, images: readonly ImageFacts[], found: Found): void {
  const train = images.filter(({ role }) => role === "train");
  for (const duplicate of nearDuplicates(images)) addDuplicate(duplicate, found);
  const strange = strangeImages(train);
  const isKind = strange.length > train.length / 10;
  if (isKind)
    found.remarks.note(
      data.name,
      "of a second kind: they look unlike the other training images of the class. That is fine when both kinds are good.",
      idsOf(strange),
    );
  else if (strange.length > 0)
    found.remarks.matter(
      data.name,
      "unlike the other training images of the class. Look at them; a model learns that they are good.",
      idsOf(strange),
    );
  for (const { id, file } of strange)
    found.suspects.push({ id, file, why: isKind ? "of a second kind in its class" : "unlike the other training images of its class" });
  remarkOnSizes(data.name, images, found.remarks);
  remarkOnColours(data.name, images, found.remarks);
  remarkOnNumbers(data, found.remarks);
}

function addDuplicate({ a, b, isExact }: Duplicate, { remarks: said, suspects, drop }: Found): void {
  const same = isExact ? "the same file as" : "nearly the same picture as";
  const [train, other] = b.role === "train" ? [b, a] : [a, b];
  const add = (text: string, matters: boolean) => {
    said[matters ? "matter" : "note"](b.class, `found twice: ${text}`, [`${b.id} = ${a.id}`]);
    suspects.push({ id: b.id, file: b.file, why: `${same} ${shown(a.id)}`, beside: { id: a.id, file: a.file } });
  };
  if (a.class !== b.class) add(`${same} an image of another class.`, true);
  else if (train.role === "train" && other.role !== "train") {
    add(`${same} a training image, so that the test is too easy.`, true);
    drop.set(train.id, `${same} ${other.id}, which is tested`);
  } else if (train.role === "train") {
    add(`${same} another training image.`, false);
    drop.set(b.id, `${same} ${a.id}`);
  } else if (a.role !== b.role) add(`${same} an image with another label.`, true);
  else add(`${same} another test image.`, false);
}

function remarkOnSizes(name: string, images: readonly ImageFacts[], { note }: Remarks): void {
  const shape = ({ width, height }: ImageFacts) => width / height;
  const usual = median(images.map(shape));
  const odd = images.filter((image) => Math.abs(Math.log(shape(image) / usual)) > 0.1);
  if (odd.length > images.length / 5)
    note(name, "its images have many shapes; each is squashed to a square, which distorts them differently.");
  else if (odd.length > 0)
    note(name, "of another shape than most; images are squashed to a square, so that these are distorted differently.", idsOf(odd));
  const small = images.filter(({ width, height }) => Math.min(width, height) < 64);
  if (small.length > 0) note(name, "with fewer than 64 pixels a side; small defects are not visible in them.", idsOf(small));
}

function remarkOnColours(name: string, images: readonly ImageFacts[], { matter, note }: Remarks): void {
  const grey = images.filter(({ isGrey }) => isGrey);
  const coloured = images.filter(({ isGrey }) => !isGrey);
  const [few, kind] = grey.length <= coloured.length ? [grey, "grey among coloured ones"] : [coloured, "coloured among grey ones"];
  if (few.length > 0) matter(name, `${kind}: the model takes the colour mode for a property of the part.`, idsOf(few));
  const deep = images.filter(({ depth }) => depth === 16);
  if (deep.length > 0 && deep.length < images.length) note(name, "with 16 bits, the others with 8.", idsOf(deep));
}

/** What to expect of the number of images. A limit from n good images can promise no lower false-alarm rate than 1 / (n + 1). */
function remarkOnNumbers({ name, train, test }: ClassData, { matter, note }: Remarks): void {
  const rate = `${(100 / (train.length + 1)).toPrecision(2)} %`;
  if (train.length < 4)
    matter(
      name,
      `${plural(train.length, "image")} to train on: too few for statistics of its own; expect many false alarms. Take at least 10, better 50.`,
    );
  else if (train.length < 10)
    matter(
      name,
      `${plural(train.length, "image")} to train on: expect false alarms; limits from so few can promise no rate below ${rate}. Take at least 10, better 50.`,
    );
  else if (train.length < 100)
    note(name, `${plural(train.length, "image")} to train on: limits from so many can promise no false-alarm rate below ${rate}.`);
  const good = test.filter(({ label }) => label === "good").length;
  const bad = test.length - good;
  if (test.length === 0) note(name, "no test images; a model can be trained, and nothing can be measured.");
  else if (good === 0 || bad === 0)
    matter(name, `no ${good === 0 ? "good" : "defective"} test images; AUROC and the like do not exist without both.`);
  else if (good < 10 || bad < 10) note(name, `${good} good and ${bad} defective test images: the numbers of this class are rough.`);
}

function idsOf(images: readonly ImageFacts[]): string[] {
  return images.map(({ id }) => id);
}
