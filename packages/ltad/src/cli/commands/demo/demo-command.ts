import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isLtadError } from "@ltad/core";
import { scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { warnWithoutNative } from "../../warn-without-native.js";
import { typedCommand } from "../../typed-command.js";
import { evaluateFolder, printEvaluation } from "../eval/eval-command.js";
import { type TrainCommandOptions, trainWithRemarks } from "../train/train-command.js";

export interface DemoCommandOptions extends CommonOptions {
  readonly out: string;
  readonly seed: number;
  readonly cacheDir?: string;
  readonly offline?: boolean;
}

/** Protocol of the demo: the synthetic set has as many images of each class, the protocol makes the tail. */
const protocol = "exp20";

/** Everything on a synthetic data set: makes it, trains, evaluates, writes a report, and says what to type next. */
export async function demoCommand(io: Io, options: DemoCommandOptions): Promise<void> {
  const { out, seed } = options;
  const [data, model] = [join(out, "data"), join(out, "model")];
  await withSession(io, options, `Continue with\n  ${typedCommand(io.env, "demo", "--out", out, "--seed", seed)}`, async (session) => {
    await warnWithoutNative(session);
    const { signal, onProgress } = session;
    const { made } = await synthesise(data, { seed, replace: true, signal, onProgress });
    await trainOrResume(session, data, { ...options, protocol, out: model, ...continuing(model, made) });
    await evaluateFolder(session, model, data, { ...options, out: model, report: true }, (evaluation) =>
      printEvaluation(session, evaluation, options),
    );
    session.print(`\nReport: ${pathToFileURL(join(model, "report.html")).href}`);
    session.print(`\nNext:\n${(await nextCommands(io, model, data, out)).map((line) => `  ${line}`).join("\n")}`);
  });
}

/** The demo's own folder: a stopped training goes on, a finished model is made again. */
function continuing(model: string, made: boolean): { resume: boolean; force: boolean } {
  const resume = !made && existsSync(join(model, "checkpoint"));
  return { resume, force: !resume };
}

/** A checkpoint of another version of this program is useless: the training then starts over. */
async function trainOrResume(session: Session, data: string, options: TrainCommandOptions): Promise<void> {
  try {
    await trainWithRemarks(session, data, options);
  } catch (error) {
    if (!options.resume || !isLtadError(error) || error.code !== "LTAD_CONFIG") throw error;
    await trainWithRemarks(session, data, { ...options, resume: false, force: true });
  }
}

async function nextCommands({ env }: Io, model: string, data: string, out: string): Promise<string[]> {
  const { classes } = await scanDataset(data);
  const image = classes.flatMap(({ test }) => test).find(({ mask }) => mask !== undefined)?.id ?? "IMAGE";
  return [typedCommand(env, "predict", model, join(data, image), "--out", join(out, "maps")), typedCommand(env, "serve", model)];
}
