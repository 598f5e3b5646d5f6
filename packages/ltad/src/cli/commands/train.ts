import { rm } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted, writeFileAtomic } from "@ltad/core";
import { checkDataset, longTail, scanDataset } from "@ltad/data";
import { resolveConfig, train as trainModel, type TrainConfig, type TrainResult } from "@ltad/train";
import { configYaml } from "@ltad/evaluate/report";
import { readConfigFile } from "../config/read-config-file.js";
import type { Io } from "../io.js";
import { plural, seconds } from "@ltad/core/format";
import { type CommonOptions, type Session, withSession } from "../session.js";
import { shellWords } from "../shell-words.js";
import { cacheFolder } from "./cache-folder.js";
import { hubSettings } from "./hub-settings.js";
import { type SplitCommandOptions, splitOptions } from "./split-options.js";
import { typedCommand } from "./typed-command.js";

export interface TrainCommandOptions extends CommonOptions, SplitCommandOptions {
  readonly out: string;
  readonly preset?: string;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly resume?: boolean;
  readonly cacheDir?: string;
  readonly offline?: boolean;
}

/** Trains a model and says what to type next. */
export async function train(io: Io, data: string, options: TrainCommandOptions): Promise<void> {
  const words = commandLine(data, options);
  await withSession(io, options, `Go on with\n  ${typedCommand(io.env, ...words, "--resume")}`, async (session) => {
    const file = options.config === undefined ? {} : await readConfigFile(options.config);
    const config = resolveConfig({ preset: options.preset, file, sets: options.set });
    const { folder, timing, warnings } = await trainFolder(session, data, config, options, shellWords(["ltad", ...words]));
    session.printJson({ folder, timing, warnings });
    session.print(`The model is ${folder}`);
    session.info(
      `\nNext:\n  ${typedCommand(io.env, "eval", folder, data, "--report")}\n  ${typedCommand(io.env, "predict", folder, "IMAGE", "--out", "maps")}`,
    );
  });
}

/** The work of `ltad train`, which `ltad demo` does too. */
export async function trainFolder(
  session: Session,
  data: string,
  config: TrainConfig,
  options: TrainCommandOptions,
  command: string,
): Promise<TrainResult> {
  const { signal, onProgress, io } = session;
  const dataset = await scanDataset(data);
  for (const warning of dataset.warnings) session.warn(warning);
  const split = await longTail(dataset, splitOptions(options));
  await checkDataset(dataset, { signal, onProgress });
  throwIfAborted(signal);
  const images = split.classes.map(({ name, train }) => `${name} ${train.length}`).join(", ");
  session.info(`${plural(split.classes.length, "class", "classes")} (${split.protocol}, seed ${split.seed}): ${images}`);
  session.info(session.colours.dim(configYaml(config).trimEnd()));
  const result = await trainModel({
    split,
    seed: split.seed,
    config,
    out: options.out,
    cacheDir: await cacheFolder(options.cacheDir, io.env),
    ...hubSettings(io.env),
    offline: options.offline ?? hubSettings(io.env).offline,
    resume: options.resume ?? false,
    signal,
    onProgress,
  });
  for (const warning of result.warnings) session.warn(warning);
  for (const stale of ["metrics.json", "metrics.csv", "report.html"]) await rm(join(options.out, stale), { force: true });
  await writeFileAtomic(join(options.out, "config.yaml"), `# ${command.replaceAll(/\s+/g, " ")}\n${configYaml(config)}`);
  session.info(`Trained in ${seconds(Object.values(result.timing).reduce((sum, part) => sum + part, 0))}.`);
  return result;
}

/** What was typed, without what does not change the model. */
function commandLine(data: string, { protocol, order, seed, holdOut, preset, config, set = [], out }: TrainCommandOptions): string[] {
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  return [
    "train",
    data,
    "--protocol",
    protocol,
    ...option("--order", order),
    "--seed",
    String(seed),
    ...option("--hold-out", holdOut?.toString()),
    ...option("--preset", preset),
    ...option("--config", config),
    ...set.flatMap((pair) => ["--set", pair]),
    "--out",
    out,
  ];
}
