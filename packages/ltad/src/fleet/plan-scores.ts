import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { LtadError, sha256 } from "@ltad/core";
import { masksOf } from "@ltad/data";
import { readManifest } from "@ltad/detector";
import type { PlanItem, PlanParts } from "@ltad/fleet";
import { expandImages, notScored } from "../expand-images.js";
import { type PlanData, scanPlanData } from "./open-plan-data.js";
import type { PlanOptions } from "./plan-options.js";

type Parts = PlanParts & { readonly readAs: string; readonly warnings: readonly string[] };

/** The plan of scoring an archive: all images in a folder and below, whose class the model predicts. */
export async function planScores(data: PlanData, options: PlanOptions): Promise<Parts> {
  const model = await modelOf(options);
  const { scan, source } = data;
  if (scan === undefined) throw dataError();
  const folder = source?.images ? dirname(scan) : scan;
  const { files, passedOver } = source?.images ? { files: source.images, passedOver: [] } : await expandImages([scan]);
  const items = files.map((file): PlanItem => {
    const id = relative(folder, file).replaceAll("\\", "/");
    return { id: id === "" ? file : (source?.rename(id) ?? id), file: source?.locate(file) ?? resolve(file), label: -1 };
  });
  const renamed = (text: string) => source?.rename(text) ?? text;
  return {
    ...partsOf(source?.root ?? resolve(scan), items, model, options),
    readAs: `${renamed(scan)}: ${items.length} images, whose classes the model predicts.`,
    warnings: passedOver.length > 0 ? [renamed(notScored(passedOver))] : [],
  };
}

/** The plan of an evaluation: the test images of the model's classes, and the good images that its training left out. */
export async function planEvaluation(data: PlanData, options: PlanOptions): Promise<Parts> {
  const model = await modelOf(options);
  const dataset = await scanPlanData(data, options);
  const locate = (file: string) => data.source?.locate(file) ?? resolve(file);
  const { leftOutImages } = await import("@ltad/evaluate");
  const { images: leftOut } = await leftOutImages(model, dataset);
  const byName = new Map(dataset.classes.map((own) => [own.name, own]));
  const items = model.manifest.classes.flatMap(({ name }, label) => {
    const own = byName.get(name.normalize("NFC"));
    if (!own) return [];
    const tests = own.test.map((item): PlanItem => {
      const masks = masksOf(item).map(locate);
      return { id: item.id, file: locate(item.file), label, defect: item.label, ...(masks.length > 0 && { masks }) };
    });
    return [...tests, ...(leftOut.get(name) ?? []).map(({ id, file }): PlanItem => ({ id, file: locate(file), label }))];
  });
  if (items.length === 0) {
    const names = model.manifest.classes.map(({ name }) => name).join(", ");
    throw new LtadError("LTAD_DATA", `${dataset.root}: no test images of the classes that the model knows (${names}).`);
  }
  const parts = partsOf(data.source?.root ?? resolve(dataset.root), items, model, options);
  return { ...parts, readAs: dataset.readAs, warnings: dataset.warnings };
}

type Model = Awaited<ReturnType<typeof modelOf>>;

/** The files of a model, as every worker gets them. */
async function modelOf({ model: folder, task }: PlanOptions) {
  if (folder === undefined) {
    const message = `--task ${task}: expected --model with the folder of a model, received none.`;
    throw new LtadError("LTAD_CONFIG", message, { details: { field: "model" } });
  }
  const manifest = await readManifest(folder);
  const listed = "train-images.txt"; // says which good images an evaluation may calibrate with
  const names = ["model.json", ...Object.keys(manifest.files), ...(existsSync(join(folder, listed)) ? [listed] : [])];
  const files: [string, Uint8Array][] = [];
  for (const name of new Set(names)) files.push([name, await readFile(join(folder, name))]);
  return { folder, manifest, files };
}

function partsOf(root: string, items: readonly PlanItem[], model: Model, options: PlanOptions): PlanParts {
  const { task, classes = "folder", maxPixels, shardImages = 0 } = options;
  const counts = model.manifest.classes.map(() => 0);
  for (const { label } of items) if (label >= 0) counts[label]!++;
  return {
    root,
    ...(maxPixels !== undefined && { maxPixels }),
    classes: model.manifest.classes.map(({ name }, label) => ({ name, images: counts[label]!, available: counts[label]! })),
    items,
    shardImages,
    objects: model.files.map(([, content]) => content),
    task: {
      kind: task === "evaluate" ? "evaluate" : "score",
      model: Object.fromEntries(model.files.map(([name, content]) => [name, sha256(content)])),
      classes: task === "evaluate" ? classes : "predicted",
    },
  };
}

function dataError(): LtadError {
  return new LtadError("LTAD_CONFIG", "--task score: expected a folder of images, received none.", { details: { field: "data" } });
}
