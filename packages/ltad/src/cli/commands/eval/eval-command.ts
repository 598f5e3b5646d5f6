import { join } from "node:path";
import { openDetector } from "@ltad/detector";
import { type Evaluation, writeMeasures } from "@ltad/evaluate";
import { evaluate } from "../../../evaluate.js";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { warnWithoutNative } from "../../warn-without-native.js";
import { decisionTable } from "./decision-table.js";
import { measureTables } from "./measure-tables.js";

export interface EvalCommandOptions extends CommonOptions {
  readonly report?: boolean;
  /** Print the tables of all metrics as well. */
  readonly all?: boolean;
  readonly class?: "folder" | "predicted";
  readonly cacheDir?: string;
  readonly threads?: number;
}

/** Measures a model; prints the numbers and writes metrics.json, metrics.csv and report.html into its folder. */
export async function evalCommand(io: Io, model: string, data: string, options: EvalCommandOptions): Promise<void> {
  await withSession(io, options, "No result was written; the encoded images are kept.", async (session) => {
    await warnWithoutNative(session);
    const evaluation = await evaluateFolder(session, model, data, options);
    printEvaluation(session, evaluation, options);
    if (options.report) session.info(`\nThe report is ${join(model, "report.html")}`);
  });
}

/** Prints what the limits do, and with `all` every metric; `ltad demo` uses it too. */
export function printEvaluation(session: Session, evaluation: Evaluation, { all }: EvalCommandOptions): void {
  session.printJson(evaluation);
  session.print(decisionTable(evaluation));
  if (all) session.print(`\n${measureTables(evaluation, evaluation.counts)}`);
  if (!evaluation.decisions)
    session.info("This model has no limits, so nothing is judged; `ltad limits MODEL --from FOLDER` sets them from good images.");
  if (!all) session.info("\n--all prints every metric; metrics.json has them.");
}

/** {@link evaluate} of a model folder, with its files and remarks; `ltad demo` uses it too. */
export async function evaluateFolder(session: Session, model: string, data: string, options: EvalCommandOptions): Promise<Evaluation> {
  const { cacheDir, class: classes, threads } = options;
  const { signal, onProgress, io } = session;
  const report = options.report ? join(model, "report.html") : undefined;
  const detector = await openDetector(model, threads === undefined ? {} : { threads });
  try {
    const result = await evaluate(detector, data, { cacheDir, classes, report, env: io.env, signal, onProgress });
    const { warnings, remarks, ...evaluation } = result;
    for (const remark of remarks) session.info(remark);
    for (const warning of warnings) session.warn(warning);
    await writeMeasures(model, evaluation, evaluation.counts);
    return evaluation;
  } finally {
    await detector.dispose();
  }
}
