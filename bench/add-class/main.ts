import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { longTail, scanDataset, type Split } from "@ltad/data";
import { openDetector, storeCheck, writeBundle } from "@ltad/detector";
import { evaluate } from "@ltad/evaluate";
import { defaultCacheDir } from "@ltad/hub";
import { addClasses, removeClasses, resolveConfig, train } from "@ltad/train";

// A class added to a model of the others, against a training on all: realbench, one class left out at a time.

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/realbench" },
    preset: { type: "string", default: "fast" },
    protocol: { type: "string", default: "exp20" },
    /** Classes to leave out, one at a time; all by default. */
    leave: { type: "string", multiple: true, default: [] },
    seed: { type: "string", default: "0" },
    classes: { type: "string", default: "folder" },
  },
});
const order = ["pcb", "magnetic_tile", "dagm_class1", "glassfiber", "micro_lens", "cookie"];
const cacheDir = defaultCacheDir({ env: process.env, platform: process.platform, home: process.env["HOME"] ?? tmpdir() });
const dataset = await scanDataset(values.data);
const seed = Number(values.seed);
const split = await longTail(dataset, { protocol: values.protocol, order, seed });
const root = await mkdtemp(join(tmpdir(), "ltad-add-class-"));

type Measured = Readonly<Record<string, { readonly image: number; readonly pixel: number }>>;
const figures: Record<string, number> = {};
try {
  const all = await trained("all", split);
  const whole = await measure(all);
  for (const left of values.leave.length > 0 ? values.leave : order) await leaveOut(left, whole);
} finally {
  await rm(root, { recursive: true, force: true });
}
const targets: Record<string, number> = { new_class_loss: 1, others_change: 0.3, seconds: 60 };
const worst = (start: string) => Math.max(...Object.keys(figures).flatMap((name) => (name.startsWith(start) ? [figures[name]!] : [])));
for (const name of Object.keys(targets)) figures[name] = worst(`${name}_`);
const met = Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, figures[name]! <= target]));
console.log(JSON.stringify({ name: "add-class", figures, targets, met }));

/** Trains without a class, adds it, and compares. */
async function leaveOut(left: string, whole: Measured): Promise<void> {
  const others = { ...split, classes: split.classes.filter(({ name }) => name !== left) };
  const folder = await trained(`without-${left}`, others);
  const before = await measure(folder);
  const images = split.classes.filter(({ name }) => name === left);
  const start = performance.now();
  const { parts } = await addClasses(folder, images, { cacheDir });
  const out = join(root, `with-${left}`);
  await writeBundle(out, parts);
  await storeCheck(out);
  const seconds = (performance.now() - start) / 1000;
  const after = await measure(out);
  const loss = whole[left]!.image - after[left]!.image;
  const change = Math.max(...Object.keys(before).map((name) => Math.abs(after[name]!.image - before[name]!.image)));
  const away = Math.max(...Object.keys(before).map((name) => whole[name]!.image - after[name]!.image));
  Object.assign(figures, { [`new_class_loss_${left}`]: loss, [`others_change_${left}`]: change, [`seconds_${left}`]: seconds });
  console.log(
    `${left.padEnd(14)} ${images[0]!.train.length} images in ${seconds.toFixed(0)} s: image ${percent(after[left]!.image)} (trained with the others ${percent(whole[left]!.image)}), ` +
      `pixel ${percent(after[left]!.pixel)} (${percent(whole[left]!.pixel)}); others: change ${change.toFixed(2)}, at most ${away.toFixed(2)} below the training on all`,
  );
  const { parts: again } = await removeClasses(out, [left]);
  await writeBundle(join(root, "again"), again);
}

async function trained(name: string, chosen: Split): Promise<string> {
  const out = join(root, name);
  await train({ split: chosen, seed, config: resolveConfig({ preset: values.preset }), out, cacheDir });
  return out;
}

/** Image and pixel AUROC of each class, in %. */
async function measure(folder: string): Promise<Measured> {
  const detector = await openDetector(folder);
  try {
    const { evaluation } = await evaluate(detector, dataset, { cacheDir, classes: values.classes as "folder" | "predicted" });
    const of = (value: number | null) => 100 * (value ?? NaN);
    return Object.fromEntries(
      Object.entries(evaluation.classes).map(([name, own]) => [name, { image: of(own.image_auroc), pixel: of(own.pixel_auroc) }]),
    );
  } finally {
    await detector.dispose();
  }
}

function percent(value: number): string {
  return value.toFixed(1);
}
