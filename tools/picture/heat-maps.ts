import { join } from "node:path";
import { scanDataset } from "@ltad/data";
import { displayRange, openDetector, overlay, readPixels } from "@ltad/detector";
import sharp, { type OverlayOptions } from "sharp";

// docs/images/heat-maps.png: for each class of the demo one defect: image, mask, heat map of the demo's model.
// npm run -s ltad -- demo && npx tsx tools/picture/heat-maps.ts ltad-demo

const [folder = "ltad-demo", target = "docs/images/heat-maps.png"] = process.argv.slice(2);
const side = 150;
const gap = 6;
const columns = 2; // classes side by side

const detector = await openDetector(join(folder, "model"));
const { classes } = await scanDataset(join(folder, "data"));
const tiles: OverlayOptions[] = [];
for (const [place, { name, test }] of classes.entries()) {
  const defects = test.filter(({ mask }) => mask !== undefined);
  const item = defects[place % defects.length]!;
  const found = await detector.predict(item.file, { class: name });
  const heat = await overlay(await readPixels(item.file), found.map, displayRange(found.map, detector.manifest.display));
  const left = (place % columns) * (3 * (side + gap) + 2 * gap);
  const top = Math.floor(place / columns) * (side + gap);
  for (const [i, source] of [item.file, item.mask!, heat].entries()) {
    tiles.push({
      input: await sharp(source).resize(side, side).toColourspace("srgb").png().toBuffer(),
      left: left + i * (side + gap),
      top,
    });
  }
}
await detector.dispose();
const width = columns * 3 * (side + gap) + 2 * gap * (columns - 1) - gap;
const height = Math.ceil(classes.length / columns) * (side + gap) - gap;
await sharp({ create: { width, height, channels: 3, background: "#ffffff" } })
  .composite(tiles)
  .png({ compressionLevel: 9, palette: true, quality: 90 })
  .toFile(target);
console.log(target);
