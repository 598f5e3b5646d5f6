import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isGood, scanDataset } from "@ltad/data";
import { type Detector, openDetector, type Usual, usualOf } from "@ltad/detector";
import sharp, { type Sharp } from "sharp";

// What another light, blur or another place of the camera does to scores and distances: good images that the model does not know, changed.
// Two numbers: the shares of images whose score, and whose distance, is above the median of the good images that the model knows.

type Change = (image: Sharp, width: number, height: number) => Sharp;
const changes: Readonly<Record<string, Change>> = {
  none: (image) => image,
  "10 % brighter": (image) => image.linear(1.1, 0),
  "20 % darker": (image) => image.linear(0.8, 0),
  "blur of 1 pixel": (image) => image.blur(1),
  "blur of 2 pixels": (image) => image.blur(2),
  "moved by 5 %": (image, width, height) => {
    const [right, bottom] = [Math.round(width * 0.05), Math.round(height * 0.05)];
    const rest = { left: right, top: bottom, width: width - right, height: height - bottom };
    return image.extract(rest).extend({ right, bottom, extendWith: "copy" });
  },
};

const { values } = parseArgs({
  options: { model: { type: "string" }, data: { type: "string" }, images: { type: "string", default: "24" } },
});
const { model, data, images } = values;
if (model === undefined || data === undefined) throw new Error("expected --model FOLDER --data FOLDER");
const detector = await openDetector(model);
const usual = new Map(usualOf(detector.manifest).map((one) => [one.name, one]));
const figures: Record<string, number> = {};
for (const { name, files } of await freshImages(detector, data, Number(images))) {
  for (const [change, apply] of Object.entries(changes)) {
    const found = [];
    for (const file of files) found.push(await detector.predict(await changed(file, apply), { class: name, size: "grid" }));
    const { score, distance } = usual.get(name)!;
    const drifts = [
      score &&
        isShifted(
          score,
          found.map((one) => one.score),
        ),
      distance &&
        isShifted(
          distance,
          found.map((one) => one.distance!),
        ),
    ].some(Boolean);
    const above = [
      share(found, (one) => one.score > (score?.median ?? Infinity)),
      share(found, (one) => one.distance! > (distance?.median ?? Infinity)),
    ];
    console.log(`${name.padEnd(16)} ${change.padEnd(18)} ${above.map((value) => value.toFixed(2)).join("  ")}  ${drifts ? "drifts" : ""}`);
    figures[`classes that drift, ${change}`] = (figures[`classes that drift, ${change}`] ?? 0) + (drifts ? 1 : 0);
  }
}
await detector.dispose();
console.log(JSON.stringify({ name: "drift", figures, targets: {}, met: {} }));

function share<T>(all: readonly T[], isIn: (one: T) => boolean): number {
  return all.filter(isIn).length / all.length;
}

/** Whether so large a share of 50 images would be a drift. */
function isShifted({ low, high, least }: Usual, values: readonly number[]): boolean {
  return (
    Math.max(
      share(values, (value) => value > high),
      share(values, (value) => value < low),
    ) *
      50 >=
    least
  );
}

/** Good images that the model was not trained on: those of the test, then those that its protocol left out. */
async function freshImages({ folder, classes }: Detector, root: string, most: number) {
  const list = join(folder, "train-images.txt");
  const used = new Set(existsSync(list) ? (await readFile(list, "utf8")).split("\n") : []);
  const set = await scanDataset(root);
  return set.classes
    .filter(({ name }) => classes.includes(name))
    .map(({ name, train, test }) => {
      const good = test.filter(isGood).map(({ file }) => file);
      const left = train.filter(({ id }) => !used.has(id)).map(({ file }) => file);
      return { name, files: [...good, ...left].slice(0, most) };
    });
}

async function changed(file: string, apply: Change): Promise<Buffer> {
  const image = sharp(file).removeAlpha();
  const { width, height } = await image.metadata();
  return apply(image, width, height).png().toBuffer();
}
