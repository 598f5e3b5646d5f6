import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Dataset, longTail, scanDataset, type Split } from "@ltad/data";
import { type Detector, openDetector } from "@ltad/detector";
import { evaluate } from "@ltad/evaluate";
import { defaultCacheDir } from "@ltad/hub";
import { resolveConfig, train } from "@ltad/train";
import { oneMap } from "../realbench/variants.js";

// What a model is worth for a class that it does not know: it is trained without the class, and judges its test images by the class that
// looks nearest. Beside it the model of all classes, with the class given and with another one given.

const order = ["pcb", "magnetic_tile", "dagm_class1", "glassfiber", "micro_lens", "cookie"];
const scores = { S: "map", S_rec: "recMap", S_sem: "semMap" } as const;

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/realbench" },
    seed: { type: "string", default: "0" },
    set: { type: "string", multiple: true, default: [] },
  },
});
const seed = Number(values.seed);
const cacheDir = defaultCacheDir({ env: process.env, platform: process.platform, home: process.env["HOME"] ?? tmpdir() });
const dataset = await scanDataset(values.data);
const split = await longTail(dataset, { protocol: "exp20", order, seed });
type Cells = readonly (readonly [image: number, pixel: number])[];
const rows: { readonly name: string; readonly known: Cells; readonly unknown: Cells; readonly wrong: Cells }[] = [];

await withModel(split, async (all) => {
  for (const [place, name] of order.entries()) {
    const next = order[(place + 1) % order.length]!;
    const known = await measure(all, only(name, name), "folder");
    const wrong = await measure(all, only(name, next), "folder");
    const others = { ...split, classes: split.classes.filter((one) => one.name !== name) };
    const unknown = await withModel(others, (model) => measure(model, only(name, next), "predicted"));
    rows.push({ name, known, unknown, wrong });
    console.error(`${name}  known ${cell(known[0]!)}  unknown ${cell(unknown[0]!)}  wrong class ${cell(wrong[0]!)}`);
  }
});
const kinds = ["known", "unknown", "wrong"] as const;
const columns = kinds.flatMap((kind) => Object.keys(scores).map((score) => ({ kind, score })));
const meanOf = (kind: (typeof kinds)[number], at: number): readonly [number, number] => {
  const own = rows.map((row) => row[kind][at]!);
  return [0, 1].map((i) => own.reduce((sum, pair) => sum + pair[i]!, 0) / own.length) as unknown as readonly [number, number];
};
console.log(`\nimage / pixel AUROC in %, seed ${seed}\n`);
console.log(`| class | ${columns.map(({ kind, score }) => `${kind}, ${score}`).join(" | ")} |\n|${" --- |".repeat(columns.length + 1)}`);
for (const row of rows) console.log(`| ${row.name} | ${columns.map(({ kind }, i) => cell(row[kind][i % 3]!)).join(" | ")} |`);
console.log(`| mean | ${columns.map(({ kind }, i) => cell(meanOf(kind, i % 3))).join(" | ")} |`);
const figures = Object.fromEntries(kinds.map((kind) => [`${kind}_avg_image_auroc`, 100 * meanOf(kind, 0)[0]]));
console.log(JSON.stringify({ name: "unseen", figures, targets: {}, met: {} }));

/** Trains a model, uses it, and removes it. */
async function withModel<T>(classes: Split, use: (model: Detector) => Promise<T>): Promise<T> {
  const out = await mkdtemp(join(tmpdir(), "ltad-unseen-"));
  try {
    await train({ split: classes, seed, config: resolveConfig({ sets: values.set }), out, cacheDir });
    const model = await openDetector(out);
    try {
      return await use(model);
    } finally {
      await model.dispose();
    }
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** The test images of one class, under the name of another. */
function only(name: string, under: string): Dataset {
  return { ...dataset, classes: dataset.classes.filter((one) => one.name === name).map((one) => ({ ...one, name: under })) };
}

/** Image and pixel AUROC of each score. */
async function measure(model: Detector, images: Dataset, classes: "folder" | "predicted"): Promise<Cells> {
  const cells: [number, number][] = [];
  for (const map of Object.values(scores)) {
    const { evaluation } = await evaluate(oneMap(model, map), images, { cacheDir, classes });
    const { avg } = evaluation.summary;
    cells.push([avg.image_auroc ?? NaN, avg.pixel_auroc ?? NaN]);
  }
  return cells;
}

function cell([image, pixel]: readonly [number, number]): string {
  return `${(100 * image).toFixed(1)} / ${(100 * pixel).toFixed(1)}`;
}
