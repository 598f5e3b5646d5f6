import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { scanDataset } from "@ltad/data";
import { openDetector } from "@ltad/detector";
import { heatMapOf } from "./heat-map-of.js";
import { sheet, type Tile } from "./sheet.js";

// docs/images/heat-maps.png: for each material of the demo one defect: image, mask, heat map of the demo's model.
// npm run -s ltad -- demo && npx tsx tools/picture/heat-maps.ts ltad-demo

const [folder = "ltad-demo", target = "docs/images/heat-maps.png"] = process.argv.slice(2);
const materialsInARow = 2;
const chosen = ["crack/001", "hole/000", "crack/002", "stain/000", "crack/001", "hole/002"]; // by material, in the order of their names

const detector = await openDetector(join(folder, "model"));
const { classes } = await scanDataset(join(folder, "data"));
const triples: Tile[][] = [];
for (const [i, { name, test }] of classes.entries()) {
  const item = test.find(({ id, mask }) => mask !== undefined && id.includes(chosen[i] ?? ""));
  if (typeof item?.mask !== "string") throw new Error(`${name}: there is no defect ${chosen[i]}.`);
  triples.push([item.file, item.mask, await heatMapOf(detector, item.file, name)]);
}
await detector.dispose();

const rows = Array.from({ length: Math.ceil(triples.length / materialsInARow) }, (_, row) =>
  triples.slice(row * materialsInARow, (row + 1) * materialsInARow).flat(),
);
const columns = Array.from({ length: materialsInARow }, () => ["image", "true defect", "heat map"]).flat();
await writeFile(target, await sheet(rows, { side: 150, group: 3, columns }));
console.log(target);
