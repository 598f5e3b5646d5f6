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

/** What is odd about the numbers, sizes and depths of the images of a class: all that their headers tell. */
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
    note(name, "its images have many shapes; each is squashed to a square, which distorts them differently.");
  else if (odd.length > 0)
    note(name, "of another shape than most; images are squashed to a square, so that these are distorted differently.", idsOf(odd));
  const small = images.filter(({ width, height }) => Math.min(width, height) < 64);
  if (small.length > 0) note(name, "with fewer than 64 pixels a side; small defects are not visible in them.", idsOf(small));
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

function idsOf(images: readonly HeaderFacts[]): string[] {
  return images.map(({ id }) => id);
}
