import { join } from "node:path";
import { checkOutFolder } from "@ltad/core";
import { foldRemarks } from "@ltad/core/format";
import { openDetector } from "@ltad/detector";
import { type Evaluation, writeMeasures } from "@ltad/evaluate";
import type { DataOptions } from "../../../data-options.js";
import { measureModel } from "../../../evaluate.js";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { warnWithoutNative } from "../../warn-without-native.js";
import { decisionTable } from "./decision-table.js";
import { measureTables } from "./measure-tables.js";

export interface EvalCommandOptions extends CommonOptions, DataOptions {
  readonly report?: boolean;
  /** Print the tables of all metrics as well. */
  readonly all?: boolean;
  readonly class?: "folder" | "predicted";
  readonly out?: string;
  readonly skipBad?: boolean;
  readonly maxPixels?: number;
  readonly cacheDir?: string;
  readonly threads?: number;
}

/** Measures a model; prints the numbers, then writes them with the score of every image, and report.html, into a folder. */
export async function evalCommand(io: Io, model: string, data: string | undefined, options: EvalCommandOptions): Promise<void> {
  await withSession(io, options, "No result was written; the encoded images are kept.", async (session) => {
    await warnWithoutNative(session);
    await evaluateFolder(session, model, data, options, (evaluation) => printEvaluation(session, evaluation, options));
    const out = options.out ?? model;
    session.info(`\nThe metrics are in ${join(out, "metrics.json")}, the scores of all images in ${join(out, scoresFile)}.`);
    if (options.report) session.info(`The report is in ${join(out, reportFile)}`);
  });
}

/** Prints what the limits do, and with `all` every metric; `ltad demo` uses it too. */
export function printEvaluation(session: Session, evaluation: Evaluation, { all }: EvalCommandOptions): void {
  session.printJson(evaluation);
  session.print(decisionTable(evaluation));
  if (all) session.print(`\n${measureTables(evaluation, evaluation.counts)}`);
  if (!evaluation.decisions)
    session.info("This model has no limits, so no image is judged; `ltad limits MODEL --from FOLDER` computes them from good images.");
  if (!all) session.info("\n--all prints every metric; metrics.json contains them all.");
}

const [scoresFile, reportFile] = ["scores.csv", "report.html"];

/**
 * Evaluates a model folder, hands over the numbers, and then writes the files; `ltad demo` uses it too.
 * @param show called before anything is written: a folder that cannot be written loses no result
 */
export async function evaluateFolder(
  session: Session,
  model: string,
  data: string | undefined,
  options: EvalCommandOptions,
  show: (evaluation: Evaluation) => void,
): Promise<void> {
  const { class: classes, threads, report, out = model, ...settings } = options;
  const { signal, onProgress, io } = session;
  if (options.out !== undefined) await checkOutFolder(options.out);
  const detector = await openDetector(model, threads === undefined ? {} : { threads });
  try {
    if (options.out === undefined) await warnOfPlace(session, model);
    const { result, write } = await measureModel(detector, data, {
      ...settings,
      classes,
      env: io.env,
      signal,
      onProgress,
      onDataset: session.info,
    });
    const { warnings, remarks, ...evaluation } = result;
    for (const remark of remarks) session.info(remark);
    for (const warning of foldRemarks(warnings)) session.warn(warning);
    show(evaluation);
    await writeMeasures(out, evaluation, evaluation.counts);
    await write.scores(join(out, scoresFile));
    if (report) await write.report(join(out, reportFile));
  } finally {
    await detector.dispose();
  }
}

/** The model's own folder may be read-only: the numbers are printed then, and the user is told early. */
async function warnOfPlace(session: Session, model: string): Promise<void> {
  await checkOutFolder(model).catch((error: Error) =>
    session.warn(`${error.message} The metrics will only be printed; use --out FOLDER to write them elsewhere.`),
  );
}
