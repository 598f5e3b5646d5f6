import { join } from "node:path";
import type { JobOptions } from "@ltad/core";
import { foldRemarks, plural, seconds } from "@ltad/core/format";
import { trainWords } from "../../../train-command-line.js";
import type { TrainOptions, TrainPlan } from "../../../train-options.js";
import { train, type TrainResult } from "../../../train.js";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { warnWithoutNative } from "../../warn-without-native.js";
import { typedCommand } from "../../typed-command.js";
import { nextCommands } from "./next-commands.js";

export type TrainCommandOptions = CommonOptions & Omit<TrainOptions, keyof JobOptions | "env" | "onPlan" | "onNote">;

/** Trains a model and says what to type next. */
export async function trainCommand(io: Io, data: string | undefined, options: TrainCommandOptions): Promise<void> {
  await withSession(io, options, `Continue with\n  ${typedCommand(io.env, ...trainWords(data, options), "--resume")}`, async (session) => {
    await warnWithoutNative(session);
    const { folder, timing, copies, warnings, plan } = await trainWithRemarks(session, data, options);
    session.printJson({ folder, timing, copies, warnings });
    session.print(`The model is in ${folder}`);
    const next = nextCommands(folder, data, { ...options, hasTests: plan.hasTests });
    session.info(`\nNext:\n${next.map((words) => `  ${typedCommand(io.env, ...words)}`).join("\n")}`);
  });
}

/** {@link train}, with what it is going to do and how it went as remarks; `ltad demo` uses it too. */
export async function trainWithRemarks(
  session: Session,
  data: string | undefined,
  options: TrainCommandOptions,
): Promise<TrainResult & { readonly plan: TrainPlan }> {
  const { signal, onProgress, io } = session;
  let plan: TrainPlan | undefined;
  const result = await train(data, {
    ...options,
    env: io.env,
    signal,
    onProgress,
    onPlan: (made) => showPlan(session, (plan = made), options.out),
    onNote: session.info,
  });
  for (const warning of foldRemarks(result.warnings)) session.warn(warning);
  const copies = Object.entries(result.copies).map(
    ([name, turns]) => `${name}: turned copies of its images were added (${turns.join(", ")}).`,
  );
  for (const remark of foldRemarks(copies)) session.info(remark);
  session.info(`Trained in ${seconds(Object.values(result.timing).reduce((sum, part) => sum + part, 0))}.`);
  return { ...result, plan: plan! };
}

function showPlan(session: Session, { split, config, readAs, warnings }: TrainPlan, out: string): void {
  session.info(readAs);
  for (const warning of foldRemarks(warnings)) session.warn(warning);
  const images = imagesOf(split);
  session.info(`${plural(split.classes.length, "class", "classes")} (${split.protocol}, seed ${split.seed}): ${images}`);
  session.info(session.colours.dim(`Preset ${config.preset}; ${join(out, "config.yaml")} will contain every setting.`));
}

const mostListed = 30;

/** The number of images of each class; of very many classes, that of the first and the last. */
function imagesOf({ classes }: TrainPlan["split"]): string {
  const counts = classes.map(({ name, train: items }) => `${name} ${items.length}`);
  return counts.length <= mostListed ? counts.join(", ") : [...counts.slice(0, 3), "...", ...counts.slice(-3)].join(", ");
}
