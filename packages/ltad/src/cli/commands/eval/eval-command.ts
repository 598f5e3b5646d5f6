import { join } from "node:path";
import { openDetector } from "@ltad/detector";
import { type Evaluation, writeMeasures } from "@ltad/evaluate";
import type { DataOptions } from "../../../data-options.js";
import { evaluate } from "../../../evaluate.js";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { warnWithoutNative } from "../../warn-without-native.js";
import { measureTables } from "./measure-tables.js";

export interface EvalCommandOptions extends CommonOptions, DataOptions {
  readonly report?: boolean;
  readonly class?: "folder" | "predicted";
  readonly cacheDir?: string;
  readonly threads?: number;
}

/** Measures a model; prints the numbers and writes metrics.json, metrics.csv and report.html into its folder. */
export async function evalCommand(io: Io, model: string, data: string | undefined, options: EvalCommandOptions): Promise<void> {
  await withSession(io, options, "No result was written; the encoded images are kept.", async (session) => {
    await warnWithoutNative(session);
    const evaluation = await evaluateFolder(session, model, data, options);
    session.printJson(evaluation);
    session.print(measureTables(evaluation, evaluation.counts));
    if (options.report) session.info(`\nThe report is ${join(model, "report.html")}`);
  });
}

/** {@link evaluate} of a model folder, with its files and remarks; `ltad demo` uses it too. */
export async function evaluateFolder(
  session: Session,
  model: string,
  data: string | undefined,
  options: EvalCommandOptions,
): Promise<Evaluation> {
  const { cacheDir, class: classes, threads, report: withReport, ...dataOptions } = options;
  const { signal, onProgress, io } = session;
  const report = withReport ? join(model, "report.html") : undefined;
  const detector = await openDetector(model, threads === undefined ? {} : { threads });
  try {
    const result = await evaluate(detector, data, {
      ...dataOptions,
      cacheDir,
      classes,
      report,
      env: io.env,
      signal,
      onProgress,
      onDataset: session.info,
    });
    const { warnings, remarks, ...evaluation } = result;
    for (const remark of remarks) session.info(remark);
    for (const warning of warnings) session.warn(warning);
    await writeMeasures(model, evaluation, evaluation.counts);
    return evaluation;
  } finally {
    await detector.dispose();
  }
}
