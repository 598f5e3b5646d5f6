import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { scanDataset, synthesise } from "@ltad/data";
import { resolveConfig } from "@ltad/train";
import type { Io } from "../io.js";
import { type CommonOptions, type Session, withSession } from "../session.js";
import { shellWords } from "../shell-words.js";
import { demoReady, openDemo } from "./demo-state.js";
import { evaluateFolder, resultTable } from "./evaluate.js";
import { trainFolder } from "./train.js";

export interface DemoOptions extends CommonOptions {
  readonly out: string;
  readonly seed: number;
  readonly cacheDir?: string;
  readonly offline?: boolean;
}

/** Protocol of the demo. The synthetic set is long-tailed as it is made. */
const protocol = "full";

/** The whole line on a synthetic data set: make it, train, evaluate, write a report, say what to type next. */
export async function demo(io: Io, options: DemoOptions): Promise<void> {
  const again = shellWords(["ltad", "demo", "--out", options.out, "--seed", options.seed]);
  await withSession(io, options, `Go on with\n  ${again}`, async (session) => {
    const data = join(options.out, "data");
    const model = join(options.out, "model");
    const kept = await makeData(session, data, options);
    const resume = kept && existsSync(join(model, "checkpoint"));
    const trained = { ...options, protocol, out: model, resume };
    const command = shellWords(["ltad", "train", data, "--protocol", protocol, "--seed", options.seed, "--out", model]);
    await trainFolder(session, data, resolveConfig({}), trained, command);
    const evaluated = await evaluateFolder(session, model, data, { ...options, report: true });
    session.printJson(evaluated.evaluation);
    session.print(resultTable(evaluated));
    session.print(`\nReport: ${pathToFileURL(join(model, "report.html")).href}`);
    session.print(`\nNext:\n${(await nextCommands(model, data, options.out)).map((line) => `  ${line}`).join("\n")}`);
  });
}

/** @returns true when the data set was there already */
async function makeData(session: Session, data: string, { out, seed }: DemoOptions): Promise<boolean> {
  if (await openDemo(out, seed)) return true;
  await synthesise(data, { seed, signal: session.signal, onProgress: session.onProgress });
  await demoReady(out, seed);
  return false;
}

async function nextCommands(model: string, data: string, out: string): Promise<string[]> {
  const { classes } = await scanDataset(data);
  const image = classes.flatMap(({ test }) => test).find(({ mask }) => mask !== undefined)?.id ?? "IMAGE";
  return [
    shellWords(["npm", "run", "-s", "ltad", "--", "predict", model, join(data, image), "--out", join(out, "maps")]),
    shellWords(["node", "apps/server/dist/main.js", "--bundle", model, "--port", "8080"]),
  ];
}
