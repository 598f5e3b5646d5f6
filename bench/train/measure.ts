import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { resizeMask, loadMask, readImageHeader, scanDataset } from "@ltad/data";
import { measureSet, readMaps, readScores } from "@ltad/evaluate";
import sharp from "sharp";
import type { Means, Row } from "./row.js";

// The measurements of `ltad metrics`, the same for every program: `ltad metrics OUT/NAME/maps --data OUT/square` prints them again.

const side = 384;

/** A data set of blank images of 384 x 384 pixels with the masks of another one, for comparing maps with masks at that size. */
export async function writeSquare(data: string, out: string): Promise<void> {
  const blank = await sharp({ create: { width: side, height: side, channels: 3, background: "black" } })
    .png()
    .toBuffer();
  for (const { name, test } of (await scanDataset(data)).classes) {
    await write(join(out, name, "train/good/blank.png"), blank); // a data set needs one
    for (const { id, file, mask } of test) {
      const stem = id.slice(0, id.lastIndexOf("."));
      await write(join(out, `${stem}.png`), blank);
      if (mask === undefined) continue;
      const { width, height, orientation } = await readImageHeader(file);
      const marked = await loadMask(mask, { width, height, orientation, image: file });
      const grey = resizeMask(marked.data, marked.width, marked.height, side).map((value) => 255 * value);
      const png = await sharp(grey, { raw: { width: side, height: side, channels: 1 } })
        .png()
        .toBuffer();
      await write(join(out, `${stem.replace("/test/", "/ground_truth/")}_mask.png`), png);
    }
  }
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

/** AUROC of the maps and scores in a folder. */
export async function measure(
  folder: string,
  square: string,
  order: readonly string[],
): Promise<Pick<Row, "image" | "imageByMap" | "pixel">> {
  const [byMap, byScore] = [measureSet(), measureSet()];
  const own = await readScores(join(folder, "scores.csv"));
  for (const data of (await scanDataset(square)).classes) {
    const { scores, pixels } = await readMaps(join(folder, "maps"), data, {});
    byMap.add(data.name, scores, pixels);
    byScore.add(data.name, own.get(data.name)!.test, null);
  }
  const maps = byMap.result(order, 0).summary;
  const means = ({ avg, high, low }: typeof maps, metric: string): Means => ({
    avg: percent(avg[metric]),
    high: percent(high[metric]),
    low: percent(low[metric]),
  });
  return {
    image: means(byScore.result(order, 0).summary, "image_auroc"),
    imageByMap: means(maps, "image_auroc"),
    pixel: means(maps, "pixel_auroc"),
  };
}

function percent(value: number | null | undefined): number {
  return 100 * (value ?? Number.NaN);
}
