import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isGood, longTail, scanDataset, type Split } from "@ltad/data";
import { openDetector, storeCheck, writeBundle } from "@ltad/detector";
import { evaluate } from "@ltad/evaluate";
import { encodeFiles } from "@ltad/feature-store";
import { defaultCacheDir } from "@ltad/hub";
import { auroc, imageScores } from "@ltad/metrics";
import { addClasses, resolveConfig, train } from "@ltad/train";

// A class added to a model of the others, against a training on all: realbench, one class left out at a time.

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/realbench" },
    preset: { type: "string", default: "fast" },
    protocol: { type: "string", default: "exp20" },
    /** Classes to leave out, one at a time; all by default. */
    leave: { type: "string", multiple: true, default: [] },
    seed: { type: "string", default: "0" },
  },
});
const order = ["pcb", "magnetic_tile", "dagm_class1", "glassfiber", "micro_lens", "cookie"];
const cacheDir = defaultCacheDir({ env: process.env, platform: process.platform, home: process.env["HOME"] ?? tmpdir() });
const dataset = await scanDataset(values.data);
const seed = Number(values.seed);
const split = await longTail(dataset, { protocol: values.protocol, order, seed });
const root = await mkdtemp(join(tmpdir(), "ltad-add-class-"));

type Measured = Readonly<Record<string, { readonly image: number; readonly strays: number }>>;
const figures: Record<string, number> = {};
try {
  const all = await trained("all", split);
  const whole = await measure(all);
  for (const left of values.leave.length > 0 ? values.leave : order) await leaveOut(left, all, whole);
} finally {
  await rm(root, { recursive: true, force: true });
}
const targets: Record<string, number> = { new_class_loss: 1, others_change: 0.3, seconds: 60 };
const worst = (start: string) => Math.max(...Object.keys(figures).flatMap((name) => (name.startsWith(start) ? [figures[name]!] : [])));
for (const name of Object.keys(targets)) figures[name] = worst(`${name}_`);
const met = Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, figures[name]! <= target]));
console.log(JSON.stringify({ name: "add-class", figures, targets, met }));

/** Trains without a class, adds it, and compares. */
async function leaveOut(left: string, all: string, whole: Measured): Promise<void> {
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
  const strays = (found: Measured) => Object.values(found).reduce((sum, own) => sum + own.strays, 0);
  const pixels = [await pixelsOf(out, left), await pixelsOf(all, left)];
  Object.assign(figures, {
    [`new_class_loss_${left}`]: loss,
    [`new_class_pixel_loss_${left}`]: pixels[1]! - pixels[0]!,
    [`others_change_${left}`]: change,
    [`seconds_${left}`]: seconds,
  });
  console.log(
    `${left.padEnd(14)} ${images[0]!.train.length} images in ${seconds.toFixed(0)} s: image ${after[left]!.image.toFixed(2)} (in a training on all ${whole[left]!.image.toFixed(2)}), ` +
      `pixel ${pixels.map((value) => value.toFixed(2)).join(" (")}); others: change ${change.toFixed(2)}, at most ${away.toFixed(2)} below the training on all; ` +
      `test images taken for another class: ${strays(after)} (${strays(whole)})`,
  );
}

async function trained(name: string, chosen: Split): Promise<string> {
  const out = join(root, name);
  await train({ split: chosen, seed, config: resolveConfig({ preset: values.preset }), out, cacheDir });
  return out;
}

/** Image AUROC of each class in %, and how many test images the model takes for another class when it is not told theirs. */
async function measure(folder: string): Promise<Measured> {
  const detector = await openDetector(folder);
  try {
    const classes = dataset.classes.filter(({ name }) => detector.classes.includes(name));
    const found: Record<string, { image: number; strays: number }> = {};
    for (const { name, test } of classes) {
      const store = await encodeFiles(
        test.map(({ file }) => file),
        await detector.encoder(),
        { cacheDir },
      );
      const own = detector.classes.indexOf(name);
      const scores = imageScores();
      let strays = 0;
      for (const [index, item] of test.entries()) {
        const { features, z } = await store.read(index);
        const { score } = await detector.score(features, z, Int32Array.of(own));
        scores.add({ score: score[0]!, anomaly: !isGood(item), name: item.id });
        if ((await detector.score(features, z)).classes[0] !== own) strays++;
      }
      found[name] = { image: 100 * auroc(scores.ranking()), strays };
    }
    return found;
  } finally {
    await detector.dispose();
  }
}

/** Pixel AUROC of one class, in %. */
async function pixelsOf(folder: string, name: string): Promise<number> {
  const detector = await openDetector(folder);
  try {
    const { evaluation } = await evaluate(
      detector,
      { ...dataset, classes: dataset.classes.filter((own) => own.name === name) },
      { cacheDir, classes: "folder" },
    );
    return 100 * (evaluation.classes[name]!.pixel_auroc ?? NaN);
  } finally {
    await detector.dispose();
  }
}
