import { join } from "node:path";
import { scanDataset } from "@ltad/data";
import { openDetector } from "@ltad/detector";
import sharp from "sharp";
import { heatMapOf } from "./heat-map-of.js";
import { sheet } from "./sheet.js";

// The pictures of docs/tutorial.md and of the site's first page, all from what the demo leaves.
// npm run -s ltad -- demo && npx tsx tools/picture/tutorial.ts ltad-demo

const [folder = "ltad-demo", docs = "docs"] = process.argv.slice(2);
const detector = await openDetector(join(folder, "model"));
const { classes } = await scanDataset(join(folder, "data"));

/** One good image of each material, with the number that the demo trains on. */
async function training(): Promise<Buffer> {
  const counts = new Map(detector.manifest.classes.map(({ name, trainImages }) => [name, trainImages]));
  const sorted = classes.toSorted((a, b) => (counts.get(b.name) ?? 0) - (counts.get(a.name) ?? 0));
  const captions = sorted.map(({ name }) => `${name}: ${counts.get(name)}`);
  return sheet([sorted.map(({ train }) => train[0]!.file)], { side: 130, captions: [captions] });
}

/** Good and defective bricks under their heat maps, with their scores. */
async function predictions(): Promise<Buffer> {
  const bricks = ["good/000", "crack/000", "smear/000", "hole/002"].map((id) => join(folder, "data/brick/test", `${id}.png`));
  const scores = await Promise.all(bricks.map(async (file) => (await detector.predict(file, { class: "brick" })).score));
  const heat = await Promise.all(bricks.map((file) => heatMapOf(detector, file, "brick")));
  const columns = ["good", "crack", "smear", "hole"];
  return sheet([bricks, heat], { side: 160, columns, captions: [[], scores.map((score) => `score ${score.toFixed(1)}`)] });
}

/** A board with a hole; its lower right half under the heat map. */
async function hero(): Promise<Buffer> {
  const file = join(folder, "data/wood/test/hole/002.png");
  const [side, corner] = [320, 24];
  const shape = (points: string) =>
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><polygon points="${points}"/></svg>`);
  const round = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="${side}" height="${side}" rx="${corner}"/></svg>`,
  );
  const half = await sharp(await heatMapOf(detector, file, "wood"))
    .resize(side, side)
    .ensureAlpha()
    .composite([{ input: shape(`${side},0 ${side},${side} 0,${side}`), blend: "dest-in" }])
    .png()
    .toBuffer();
  const whole = await sharp(file)
    .resize(side, side)
    .composite([{ input: half }])
    .png()
    .toBuffer();
  return sharp(whole)
    .ensureAlpha()
    .composite([{ input: round, blend: "dest-in" }])
    .png()
    .toBuffer();
}

for (const [name, draw] of Object.entries({
  "images/tutorial-training": training,
  "images/tutorial-predictions": predictions,
  "public/hero": hero,
})) {
  const file = join(docs, `${name}.webp`);
  await sharp(await draw())
    .webp({ quality: 80, effort: 6 })
    .toFile(file);
  console.log(file);
}
await detector.dispose();
