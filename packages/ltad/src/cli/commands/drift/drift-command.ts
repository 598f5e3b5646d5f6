import { LtadError } from "@ltad/core";
import { createDriftMonitor, type Drift, readManifest, usualOf } from "@ltad/detector";
import { count } from "@ltad/core/format";
import { exitCodes } from "../../exit-codes.js";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";
import { textTable } from "../../table.js";
import { driftText } from "./drift-notes.js";
import { readResults } from "./read-results.js";

export interface DriftCommandOptions extends CommonOptions {
  readonly failOnDrift?: boolean;
}

/** A class in the results. */
interface ClassDrift extends Drift {
  /** Images of the class in all results. */
  readonly total: number;
  /** The image at which the class was first seen to drift; null when it never was. */
  readonly since: string | null;
}

/** Compares logged results with the good images of a model. @returns the exit code: 4 when a class drifts, with `failOnDrift` */
export async function driftCommand(io: Io, model: string, logs: readonly string[], options: DriftCommandOptions): Promise<number> {
  return withSession(io, options, "Nothing was changed.", async (session) => {
    const manifest = await readManifest(model);
    if (!manifest.decision) {
      const message = `${model}: this model knows no good images to compare with. Add some with \`ltad limits ${model} --from FOLDER\`, or train it again.`;
      throw new LtadError("LTAD_CONFIG", message);
    }
    const { classes, foreign } = await classesIn(logs, createDriftMonitor(usualOf(manifest)));
    if (foreign > 0) session.warn(`${count(foreign)} results belong to classes that this model does not have.`);
    if (classes.length === 0) throw new LtadError("LTAD_DATA", `${logs.join(", ")}: no results for classes of this model.`);
    for (const one of classes) session.printJson(one);
    session.print(textTable(["class", "images", "drift", "score", "usual", "distance", "usual"], classes.map(rowOf)));
    const drifting = classes.filter(({ isDrifting }) => isDrifting);
    for (const one of drifting) session.print(`\n${driftText(one)} It was first seen at ${one.since}.`);
    if (classes.some(({ isDrifting }) => isDrifting === null))
      session.info("\nA class needs 50 results and at least 4 good images that the model knows.");
    return options.failOnDrift && drifting.length > 0 ? exitCodes.defect : exitCodes.done;
  });
}

async function classesIn(logs: readonly string[], monitor: ReturnType<typeof createDriftMonitor>) {
  const [totals, since] = [new Map<string, number>(), new Map<string, string>()];
  let foreign = 0;
  for (const log of logs) {
    for await (const { file, class: name, score, distance } of readResults(log)) {
      monitor.add(name, score, distance);
      const drift = monitor.of(name);
      if (!drift) foreign++;
      else totals.set(name, (totals.get(name) ?? 0) + 1);
      if (drift?.isDrifting && !since.has(name)) since.set(name, file);
      else if (drift?.isDrifting === false) since.delete(name);
    }
  }
  const classes = monitor.all().map((drift): ClassDrift => {
    return { ...drift, total: totals.get(drift.class)!, since: since.get(drift.class) ?? null };
  });
  return { classes, foreign };
}

function rowOf({ class: name, total, isDrifting, score, distance }: ClassDrift): string[] {
  const said = isDrifting === null ? "?" : isDrifting ? "YES" : "no";
  return [name, count(total), said, ...[score, distance].flatMap((one) => [three(one?.recent), three(one?.usual)])];
}

function three(value: number | undefined): string {
  return value === undefined ? "–" : value.toPrecision(3);
}
