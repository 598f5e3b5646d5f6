import { join } from "node:path";
import { writeFileAtomic } from "@ltad/core";
import { type Dataset, scanDataset } from "@ltad/data";
import { type Detector, openDetector } from "@ltad/detector";
import { type Evaluated, evaluateModel } from "@ltad/evaluate";
import { leftOutImages } from "@ltad/evaluate";
import { measureTables } from "../evaluate/measure-tables.js";
import { writeMeasures } from "@ltad/evaluate";
import type { Io } from "../io.js";
import { type CommonOptions, type Session, withSession } from "../session.js";
import { shellWords } from "../shell-words.js";
import { cacheFolder } from "./cache-folder.js";

export interface EvaluateCommandOptions extends CommonOptions {
  readonly report?: boolean;
  readonly class?: "folder" | "predicted";
  readonly cacheDir?: string;
  readonly threads?: number;
}

/** Measures a model; prints the numbers and writes metrics.json, metrics.csv and report.html beside it. */
export async function evaluate(io: Io, model: string, data: string, options: EvaluateCommandOptions): Promise<void> {
  await withSession(io, options, "No result was written; what was encoded is kept.", async (session) => {
    const { evaluation } = await evaluateFolder(session, model, data, options);
    session.printJson(evaluation);
    session.print(measureTables(evaluation, evaluation.counts));
    if (options.report) session.info(`\nThe report is ${join(model, "report.html")}`);
  });
}

/** The work of `ltad eval`, which `ltad demo` does too. */
export async function evaluateFolder(session: Session, model: string, data: string, options: EvaluateCommandOptions): Promise<Evaluated> {
  const dataset = await scanDataset(data);
  const detector = await openDetector(model, options.threads === undefined ? {} : { threads: options.threads });
  try {
    const cacheDir = await cacheFolder(options.cacheDir, session.io.env);
    const { signal, onProgress } = session;
    const { images: leftOut, why } = await leftOutImages(model, detector, dataset);
    if (why !== undefined) session.info(`False-alarm rates are not tested: ${why}`);
    const evaluated = await evaluateModel(detector, dataset, { cacheDir, classes: options.class ?? "folder", leftOut, signal, onProgress });
    for (const warning of [...dataset.warnings, ...evaluated.warnings]) session.warn(warning);
    await writeMeasures(model, evaluated.evaluation, evaluated.evaluation.counts);
    if (options.report) await writeReport(session, detector, evaluated, { model, data, dataset, options });
    return evaluated;
  } finally {
    await detector.dispose();
  }
}

interface ReportPlace {
  readonly model: string;
  readonly data: string;
  readonly dataset: Dataset;
  readonly options: EvaluateCommandOptions;
}

async function writeReport(
  session: Session,
  detector: Detector,
  evaluated: Evaluated,
  { model, data, dataset, options }: ReportPlace,
): Promise<void> {
  const [{ buildReport }, { renderReport }, { readHistory }, { readCommand }] = await Promise.all([
    import("@ltad/evaluate/report"),
    import("@ltad/evaluate/report"),
    import("@ltad/evaluate/report"),
    import("@ltad/evaluate/report"),
  ]);
  const { preset, protocol, seed } = detector.manifest;
  const trained =
    (await readCommand(model)) ??
    shellWords(["ltad", "train", data, "--protocol", protocol, "--seed", seed, "--preset", preset, "--out", model]);
  const tested = shellWords(["ltad", "eval", model, data, "--report", ...(options.class === "predicted" ? ["--class", "predicted"] : [])]);
  const source = {
    detector,
    root: dataset.root,
    evaluated,
    history: await readHistory(model),
    warnings: dataset.warnings,
    commands: [trained, tested],
  };
  await writeFileAtomic(join(model, "report.html"), renderReport(await buildReport(source, session)));
}
