import { plural } from "@ltad/core/format";
import type { ClassData } from "../dataset.js";
import type { Remarks } from "../remarks.js";
import { median } from "./duplicates.js";

/** What the header of an image says. */
export interface HeaderFacts {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly depth: 8 | 16;
}

/** Remarks on the numbers, sizes and depths of the images of a class, which are known from their headers. */
export function remarkOnClass(data: ClassData, images: readonly HeaderFacts[], said: Remarks): void {
  remarkOnSizes(data.name, images, said);
  const deep = images.filter(({ depth }) => depth === 16);
  if (deep.length > 0 && deep.length < images.length) said.note(data.name, "with 16 bits, the others with 8.", idsOf(deep));
  remarkOnNumbers(data, said);
}

function remarkOnSizes(name: string, images: readonly HeaderFacts[], { note }: Remarks): void {
  const shape = ({ width, height }: HeaderFacts) => width / height;
  const usual = median(images.map(shape));
  const odd = images.filter((image) => Math.abs(Math.log(shape(image) / usual)) > 0.1);
  if (odd.length > images.length / 5)
    note(name, "its images have many aspect ratios; resizing them to a square distorts them differently.");
  else if (odd.length > 0) note(name, "with another aspect ratio than most; resizing to a square distorts them differently.", idsOf(odd));
  const small = images.filter(({ width, height }) => Math.min(width, height) < 64);
  if (small.length > 0) note(name, "with a side of fewer than 64 pixels; small defects are not visible in them.", idsOf(small));
}

/** What to expect of the number of images. A limit from n good images can promise no lower false-alarm rate than 1 / (n + 1). */
function remarkOnNumbers({ name, train, test }: ClassData, { matter, note }: Remarks): void {
  const rate = `${(100 / (train.length + 1)).toPrecision(2)} %`;
  if (train.length < 4)
    matter(
      name,
      `${plural(train.length, "image")} to train on: too few for statistics of its own; expect many false alarms. Use at least 10, preferably 50.`,
    );
  else if (train.length < 10)
    matter(
      name,
      `${plural(train.length, "image")} to train on: expect false alarms; limits from so few images cannot promise a false-alarm rate below ${rate}. Use at least 10, preferably 50.`,
    );
  else if (train.length < 100)
    note(
      name,
      `${plural(train.length, "image")} to train on: limits from this many images cannot promise a false-alarm rate below ${rate}.`,
    );
  const good = test.filter(({ label }) => label === "good").length;
  const bad = test.length - good;
  if (test.length === 0) note(name, "no test images; a model can be trained but not evaluated.");
  else if (good === 0 || bad === 0)
    matter(name, `no ${good === 0 ? "good" : "defective"} test images; AUROC and similar metrics need both.`);
  else if (good < 10 || bad < 10) note(name, `${good} good and ${bad} defective test images: the metrics of this class are imprecise.`);
}

function idsOf(images: readonly HeaderFacts[]): string[] {
  return images.map(({ id }) => id);
}
