import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRng, float32 } from "@ltad/core";
import { type BundleParts, loadBundle, type Manifest, writeBundle } from "@ltad/detector";
import type { FeatureSpec } from "@ltad/features";
import { nearestGraph, removeClasses } from "@ltad/train";
import type { Opened } from "./open.js";

// Start time, memory and the time of an image in models of 10, 1,000 and 10,000 classes. The statistics are those of the classes of a real model,
// in turn, under other names and with random means of z; the files of the classes are in the cache of the operating system.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { classes: { type: "string", default: "10,1000,10000" }, images: { type: "string", default: "200" } },
});
const [model] = positionals;
if (model === undefined) throw new Error("usage: npm run -s bench -- classes MODEL [--classes 10,1000,10000] [--images 200]");
const figures: Record<string, number> = {};
const root = await mkdtemp(join(tmpdir(), "ltad-classes-"));
try {
  const parts = await smallParts(model);
  for (const classes of values.classes.split(",").map(Number)) await measure(parts, classes);
} finally {
  await rm(root, { recursive: true, force: true });
}
const largest = Math.max(...values.classes.split(",").map(Number));
const targets = { [`nearest_ms_${largest}`]: 5 };
const met = Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, figures[name]! <= target]));
console.log(JSON.stringify({ name: "classes", figures, targets, met }));

/** The model without its first class, whose files are there already: none is encoded again. */
async function smallParts(folder: string): Promise<BundleParts> {
  const { manifest } = await loadBundle(folder);
  const { parts } = await removeClasses(folder, [manifest.classes[0]!.name]);
  const small = join(root, "small");
  const { classes, files } = await writeBundle(small, parts);
  const stored = classes.map(({ file }) => ({ path: join(small, file!), ...files[file!]! }));
  return { ...parts, byClass: { ...parts.byClass!, classes: stored } };
}

async function measure(parts: BundleParts, classes: number): Promise<void> {
  const folder = join(root, String(classes));
  const manifest = await writeBundle(folder, withClasses(parts, classes));
  const { size } = await stat(join(folder, "model.json"));
  const child = fork(fileURLToPath(new URL("open.ts", import.meta.url)), [folder, values.images], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [found] = (await once(child, "message")) as [Opened];
  await once(child, "exit");
  const bytes = manifest.files[manifest.classes[0]!.file!]!.bytes;
  Object.assign(figures, { [`manifest_mb_${classes}`]: size / 1e6, [`tables_gb_${classes}`]: (classes * bytes) / 1e9 });
  for (const [name, value] of Object.entries(found)) figures[`${name}_${classes}`] = value;
  const mb = (value: number) => `${value.toFixed(0)} MB`;
  console.log(
    `${classes} classes: opened in ${found.open_seconds.toFixed(2)} s with ${mb(found.open_mb)}, ${mb(found.used_mb)} after ${values.images} images; ` +
      `an image ${found.known_ms.toFixed(1)} ms, of a class that is read ${found.read_ms.toFixed(1)} ms; its class ${found.nearest_ms.toFixed(2)} ms`,
  );
}

function withClasses(parts: BundleParts, classes: number): BundleParts {
  const { manifest, byClass, weights } = parts;
  const { zSize } = manifest.features;
  const turn = <T>(all: readonly T[]) => Array.from({ length: classes }, (_, k) => all[k % all.length]!);
  const classZ = float32([classes, zSize], createRng("classes").normals(classes * zSize));
  const decision = manifest.decision && { ...manifest.decision, classes: turn(manifest.decision.classes) };
  const entries = turn(manifest.classes).map((entry, k): Manifest["classes"][number] => ({ ...entry, name: `class ${k}`, order: k }));
  const [zMean, zDeviation] = ["tables.zMean", "tables.zDeviation"].map((name) => weights[name]!);
  const found = { "tables.zMean": zMean!, "tables.zDeviation": zDeviation!, "tables.classZ": classZ };
  const graph = nearestGraph(found, manifest.features as FeatureSpec);
  return {
    ...parts,
    manifest: { ...manifest, classes: entries, decision },
    byClass: { nearest: { ...byClass!.nearest, ...graph }, classes: turn(byClass!.classes) },
  };
}
