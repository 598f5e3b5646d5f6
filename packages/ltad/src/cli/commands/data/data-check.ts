import { type Dataset, type Examination, examineDataset, writeCleanList } from "@ltad/data";
import { plural } from "@ltad/core/format";
import { type DataOptions, dataWords, openDataset } from "../../../data-options.js";
import { exitCodes } from "../../exit-codes.js";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { typedCommand } from "../../typed-command.js";
import { jobOf } from "./job-of.js";
import { writeCheckPage } from "./data-pages.js";

export interface DataCheckOptions extends CommonOptions, DataOptions {
  /** List file to write without the training images that are wrong. */
  readonly fix?: string;
  readonly maxPixels?: number;
  /** HTML file to write with pictures. */
  readonly page?: string;
}

/**
 * Looks for what would make a model or its numbers wrong.
 * @returns the exit code: 3 when something matters
 */
export async function dataCheck(io: Io, data: string | undefined, options: DataCheckOptions): Promise<number> {
  return withSession(io, options, "Nothing was changed.", async (session) => {
    const dataset = await openDataset(data, { ...options, signal: session.signal });
    session.info(dataset.readAs);
    const found = await examineDataset(dataset, jobOf(session, options));
    const { layout, readAs, root } = dataset;
    session.printJson({ root, layout, readAs, matters: found.matters, remarks: found.remarks, drop: Object.fromEntries(found.drop) });
    for (const { text, matters } of found.lines) session.print(`${matters ? "matters" : "note   "}  ${text}`);
    await writeOutputs(session, dataset, found, options);
    session.print(verdict(found));
    if (found.remarks.some(({ files = [] }) => files.length > 3))
      session.info("Lists of names that end with ... are complete in the output of --json and on the page that --page FILE writes.");
    session.info("Training images were compared as thumbnails of 32 x 32 pixels, in which small defects in good images are not visible.");
    const again = [...(data === undefined ? [] : [data]), ...dataWords(options)];
    if (options.fix !== undefined)
      session.info(`Train on the list with\n  ${typedCommand(io.env, "train", ...again, "--protocol", options.fix, "--out", "./model")}`);
    else if (found.drop.size > 0)
      session.info(
        `To write a list without these training images, run\n  ${typedCommand(io.env, "data", "check", ...again, "--fix", "clean.txt")}`,
      );
    return found.matters ? exitCodes.badData : exitCodes.done;
  });
}

async function writeOutputs(
  session: Session,
  dataset: Dataset,
  found: Examination,
  { fix, page, maxPixels }: DataCheckOptions,
): Promise<void> {
  if (fix !== undefined) {
    const left = await writeCleanList(fix, dataset, found.drop);
    session.info(`${fix}: a list of the training images, with ${plural(left, "image")} left out. Your files were not changed.`);
  }
  if (page !== undefined) {
    await writeCheckPage(page, dataset, found, jobOf(session, { maxPixels }));
    session.info(`The images are shown in ${page}`);
  }
}

function verdict({ lines }: Examination): string {
  const serious = lines.filter(({ matters }) => matters).length;
  return serious === 0
    ? "\nNo problem was found that matters."
    : `\n${plural(serious, "problem matters", "problems matter")} before you train or trust the metrics.`;
}
