import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import { z } from "zod";
import { childFolder, type Folder, imagesBelow, pathIn } from "../folder.js";
import type { ImageRow, Layout, LayoutContext } from "./layout.js";

const entry = z.object({ anomaly_class: z.string(), image_path: z.string().min(1), mask_path: z.string().nullish() });
const split = z.object({
  meta: z.object({ normal_class: z.string().default("OK") }).default({ normal_class: "OK" }),
  train: z.array(entry),
  test: z.array(entry),
});

/**
 * Real-IAD: realiad_1024/CLASS/OK/S0001/NAME.jpg, realiad_1024/CLASS/NG/DEFECT/S0001/NAME.jpg with its mask beside it, and the split of each class as
 * realiad_jsons/CLASS.json (also one folder deeper). Of several sizes the largest is read; the other splits are not used.
 * @see https://realiad4ad.github.io/Real-IAD/
 */
export const realIad: Layout = {
  name: "real-iad",
  title: "Real-IAD",
  fits: (root) => jsonFolder(root) !== undefined && sizes(root).length > 0,
  async read(root, context) {
    const json = jsonFolder(root);
    const images = sizes(root)[0];
    if (!json || !images) throw missing(context);
    if (sizes(root).length > 1) context.remarks.note(images.path, "read, because it is the largest of several sizes.");
    const rows: ImageRow[] = [];
    for (const file of json.others.filter((name) => name.endsWith(".json")))
      rows.push(...(await readClass(file.slice(0, -5), { json, file, images }, context)));
    return rows;
  },
};

function jsonFolder(root: Folder): Folder | undefined {
  const outer = childFolder(root, "realiad_jsons");
  const inner = outer && childFolder(outer, "realiad_jsons");
  return [outer, inner].find((folder) => folder?.others.some((name) => name.endsWith(".json")));
}

/** The folders of images, the largest first. */
function sizes(root: Folder): Folder[] {
  const sideOf = ({ name }: Folder) => (name === "realiad_raw" ? Infinity : Number(/^realiad_(\d+)$/.exec(name)?.[1] ?? 0));
  return root.folders.filter((folder) => sideOf(folder) > 0).sort((a, b) => sideOf(b) - sideOf(a));
}

async function readClass(
  name: string,
  { json, file, images }: { json: Folder; file: string; images: Folder },
  context: LayoutContext,
): Promise<ImageRow[]> {
  const folder = childFolder(images, name);
  const at = pathIn(json, file);
  if (!folder) {
    context.remarks.note(at, `not used: there is no folder ${images.name}/${shown(name)}.`);
    return [];
  }
  const { meta, train, test } = await readJson(join(context.root, at), at);
  const known = new Set(imagesBelow(folder));
  const rows = { absent: [] as string[], defective: [] as string[] };
  const read = (entries: readonly z.infer<typeof entry>[], side: "train" | "test") =>
    entries.flatMap(({ anomaly_class: kind, image_path: image, mask_path: mask }): ImageRow[] => {
      const path = pathIn(folder, image);
      const masks = mask ? [pathIn(folder, mask)] : [];
      const isGood = kind === meta.normal_class;
      if (!known.has(path)) rows.absent.push(image);
      else if (side === "train" && !isGood) {
        rows.defective.push(image);
        for (const used of [path, ...masks]) context.explain(used);
      } else
        return [
          { class: name, split: side, label: isGood ? "good" : kind, path, masks: isGood ? [] : masks.filter((one) => known.has(one)) },
        ];
      return [];
    });
  const all = [...read(train, "train"), ...read(test, "test")];
  if (rows.absent.length > 0) context.remarks.matter(at, "listed, but not in the folder of images.", rows.absent);
  if (rows.defective.length > 0)
    context.remarks.note(at, "not used: they are defective, and training uses good images only.", rows.defective);
  return all;
}

async function readJson(file: string, at: string): Promise<z.infer<typeof split>> {
  try {
    return split.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    throw new LtadError(
      "LTAD_DATA",
      `${shown(at)}: this is not a split of Real-IAD; expected JSON with meta, train and test, each image with anomaly_class and image_path. Copy it again.`,
      {
        cause: error,
        details: { file },
      },
    );
  }
}

function missing({ root }: LayoutContext): LtadError {
  return new LtadError(
    "LTAD_DATA",
    `${shown(root)}: this is not Real-IAD; expected the folders realiad_jsons with CLASS.json and realiad_1024 with the images.`,
    {
      details: { file: root },
    },
  );
}
