import { type ClassCounts, datasetStatistics } from "@ltad/data";
import { type DataOptions, openDataset } from "../../../data-options.js";
import { exitCodes } from "../../exit-codes.js";
import type { Io } from "../../io.js";
import { count } from "@ltad/core/format";
import { type CommonOptions, withSession } from "../../session.js";
import { textTable } from "../../table.js";
import { jobOf } from "./job-of.js";
import { writeStatsPage } from "./data-pages.js";

export interface DataStatsOptions extends CommonOptions, DataOptions {
  readonly maxPixels?: number;
  /** HTML file to write with class sizes and examples. */
  readonly page?: string;
}

/**
 * Counts what a dataset folder holds, and says of it what `data check` says, as far as it shows without decoding the images.
 * @returns the exit code: 3 when a file cannot be used
 */
export async function dataStats(io: Io, folder: string | undefined, options: DataStatsOptions): Promise<number> {
  return withSession(io, options, "Nothing was changed.", async (session) => {
    const dataset = await openDataset(folder, options);
    session.info(dataset.readAs);
    const { classes, lines, remarks, unusable } = await datasetStatistics(dataset, jobOf(session, options));
    for (const { text, matters } of lines) (matters ? session.warn : session.info)(text);
    session.printJson({ root: dataset.root, layout: dataset.layout, classes, warnings: lines.map(({ text }) => text), remarks });
    session.print(textTable(["class", "train", "test good", "defective", "masks", "size in pixels", "defects"], classes.map(row)));
    const total = (key: "train" | "testGood" | "testDefect") => count(classes.reduce((sum, c) => sum + c[key], 0));
    session.print(
      `\n${classes.length} classes, ${total("train")} images to train on, ${total("testGood")} good and ${total("testDefect")} defective to test on.`,
    );
    if (options.page !== undefined) {
      await writeStatsPage(options.page, dataset, jobOf(session, options));
      session.info(`The class sizes and example images are in ${options.page}`);
    }
    session.info("`data check` also reads the images themselves: it finds damaged files, duplicates, unusual images and mixed colours.");
    return unusable > 0 ? exitCodes.badData : exitCodes.done;
  });
}

function row({ name, train, testGood, testDefect, width, height, sizes, defects }: ClassCounts): string[] {
  const masks = defects.reduce((sum, defect) => sum + defect.masks, 0);
  const size = sizes === 1 ? `${width.max}x${height.max}` : `${width.min}x${height.min} .. ${width.max}x${height.max}`;
  return [name, count(train), count(testGood), count(testDefect), count(masks), size, String(defects.length)];
}
