import { basename } from "node:path";
import { checkOutFolder, LtadError } from "@ltad/core";
import { foldRemarks, percent, short } from "@ltad/core/format";
import { accuracyAt, type Measure, measure } from "@ltad/metrics";
import {
  checkMaps,
  type ClassScores,
  compareScores,
  type Comparison,
  falseAlarms,
  measureSet,
  readMaps,
  readScores,
  type SetMeasures,
  turnedAround,
  writeMeasures,
} from "@ltad/evaluate";
import { type DataOptions, openDataset } from "../../../data-options.js";
import { isFolder } from "../../../file-kind.js";
import type { Io } from "../../io.js";
import { namesOf } from "../../options.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { textTable } from "../../table.js";
import { measureTables } from "../eval/measure-tables.js";

export interface MetricsCommandOptions extends CommonOptions, DataOptions {
  readonly data?: string;
  readonly order?: string;
  readonly out?: string;
  readonly threshold?: number;
  readonly compare?: string;
  readonly seed: number;
}

/** What `ltad metrics --json` prints. */
interface Result extends SetMeasures {
  readonly source: string;
  readonly accuracy?: Readonly<Record<string, Measure>>;
  readonly comparison?: Readonly<Record<string, Comparison>>;
}

/** Measures the scores or the maps of any detector. */
export async function metricsCommand(io: Io, source: string, options: MetricsCommandOptions): Promise<void> {
  await withSession(io, options, "No result was written.", async (session) => {
    if (options.out !== undefined) await checkOutFolder(options.out);
    const result = (await isFolder(source)) ? await ofMaps(session, source, options) : await ofScores(session, source, options);
    session.printJson(result);
    session.print([measureTables(result), ...extraTables(result, options)].join("\n\n"));
    if (options.out !== undefined) await writeMeasures(options.out, result);
  });
}

async function ofMaps(session: Session, source: string, options: MetricsCommandOptions): Promise<Result> {
  if (options.data === undefined)
    throw new LtadError("LTAD_CONFIG", `${source} is a folder of maps: --data DATA must name the data set with its images and masks.`);
  if (options.compare !== undefined || options.threshold !== undefined)
    throw new LtadError("LTAD_CONFIG", "--compare and --threshold are for score files, not for folders of maps.");
  const dataset = await openDataset(options.data, { ...options, needsTraining: false });
  session.info(dataset.readAs);
  for (const warning of dataset.warnings) session.warn(warning);
  const classes = dataset.classes.filter(({ test }) => test.length > 0);
  if (classes.length === 0) throw new LtadError("LTAD_DATA", `${options.data}: no images in CLASS/test.`);
  const set = measureSet();
  const odd = await checkMaps(source, classes, session);
  for (const data of classes) {
    const { scores, pixels, warnings } = await readMaps(source, data, session);
    odd.push(...warnings);
    odd.push(...turnedAround(data.name, scores));
    set.add(data.name, scores, pixels);
  }
  for (const warning of foldRemarks(odd)) session.warn(warning);
  const names = classes.map(({ name }) => name);
  return { source: basename(source), ...set.result(orderOf(session, names, options.order), options.seed) };
}

async function ofScores(session: Session, source: string, { compare, threshold, ...options }: MetricsCommandOptions): Promise<Result> {
  if (options.data !== undefined) throw new LtadError("LTAD_CONFIG", `${source} is a score file: --data is for folders of maps.`);
  const onRemark = (remark: string) => session.warn(remark);
  const classes = await readScores(source, { onRemark });
  const set = measureSet();
  for (const [name, { test }] of classes) set.add(name, test, null);
  for (const warning of foldRemarks([...classes].flatMap(([name, { test }]) => turnedAround(name, test)))) session.warn(warning);
  const measures = set.result(orderOf(session, [...classes.keys()], options.order), options.seed);
  return {
    source: basename(source),
    ...measures,
    ...(threshold !== undefined && { accuracy: byClass(classes, ({ test }) => measure(() => accuracyAt(test.ranking(), threshold))) }),
    ...calibrationOf(classes),
    ...(compare !== undefined && { comparison: compareScores(classes, await readScores(compare, { onRemark }), compare) }),
  };
}

function byClass<T>(classes: ReadonlyMap<string, ClassScores>, of: (scores: ClassScores) => T): Record<string, T> {
  return Object.fromEntries([...classes].map(([name, scores]) => [name, of(scores)]));
}

function calibrationOf(classes: ReadonlyMap<string, ClassScores>): Pick<Result, "calibration"> | undefined {
  const scores = [...classes].map(([name, { calibration, test }]) => {
    const good = test.images.flatMap(({ anomaly, score }) => (anomaly ? [] : [score]));
    return [name, { calibration: calibration.map(({ score }) => score), test: good }] as const;
  });
  const calibration = falseAlarms(new Map(scores));
  return calibration && { calibration };
}

/** Classes from most to least training images: as given by the user, else in their own order. */
function orderOf(session: Session, names: readonly string[], order: string | undefined): string[] {
  if (order === undefined) {
    if (names.length > 1)
      session.info(
        "High and Low are the halves of the classes in the given order; use --order to list them from most to least training images.",
      );
    return [...names];
  }
  const given = namesOf(order);
  if (given.length === names.length && new Set(given).size === given.length && given.every((name) => names.includes(name))) return given;
  throw new LtadError("LTAD_CONFIG", `--order: expected each of ${names.join(", ")} once, received ${given.join(", ")}.`);
}

function extraTables({ order, accuracy, comparison }: Result, { threshold = 0 }: MetricsCommandOptions): string[] {
  const tables: string[] = [];
  if (accuracy) {
    const rows = order.map((name) => [name, percent(accuracy[name]?.value)]);
    tables.push(textTable([`at ${short(threshold)}`, "accuracy"], rows));
  }
  if (comparison)
    tables.push(
      textTable(["image AUROC", "first", "other", "difference", "95 % interval", "p"], Object.entries(comparison).map(comparisonRow)),
    );
  return tables;
}

function comparisonRow([name, test]: [string, Comparison]): string[] {
  if (test.difference === null) return [name, "–", "–", "–", "–", "–"];
  const { aurocA, aurocB, difference, interval, pValue } = test;
  return [
    name,
    percent(aurocA),
    percent(aurocB),
    percent(difference),
    `${percent(interval.low)} to ${percent(interval.high)}`,
    short(pValue),
  ];
}
