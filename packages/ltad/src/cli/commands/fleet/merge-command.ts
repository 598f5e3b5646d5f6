import { plural } from "@ltad/core/format";
import type { ScoreFormat } from "@ltad/fleet";
import { mergePlan } from "../../../fleet/merge-plan.js";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { typedCommand } from "../../typed-command.js";
import { printEvaluation } from "../eval/eval-command.js";
import { type PlaceOptions, placesOf, placeWords } from "./worker-options.js";
import { warnOfBad } from "./warn-of-bad.js";

export interface MergeCommandOptions extends CommonOptions, PlaceOptions {
  readonly out?: string;
  readonly force?: boolean;
  readonly format?: ScoreFormat;
}

/** Merges the results of a plan. */
export async function mergeCommand(io: Io, address: string, options: MergeCommandOptions): Promise<void> {
  await withSession(io, options, "Nothing was written.", (session) => mergeAndPrint(session, address, options));
}

/** Merges and says what to type next; `fleet start` uses it too. */
export async function mergeAndPrint(session: Session, address: string, options: MergeCommandOptions): Promise<void> {
  const { signal, onProgress, io } = session;
  const out = outOf(address, options);
  const { evaluation, folder, images, bad } = await mergePlan(address, {
    out,
    force: options.force,
    format: options.format,
    ...placesOf(io.env, options),
    signal,
    onProgress,
  });
  warnOfBad(session, bad);
  if (evaluation) printEvaluation(session, evaluation, options);
  else {
    session.printJson({ folder, images, bad });
    session.print(`The results of ${plural(images, "image")} are in ${folder}`);
  }
  if (bad.length > 0)
    session.info(`\nTry those images again with\n  ${typedCommand(io.env, "fleet", "retry", address, "--bad", ...placeWords(options))}`);
}

/** What to type of the format once more. */
export function formatWords({ format }: MergeCommandOptions): string[] {
  return format === undefined ? [] : ["--format", format];
}

/** The folder to write: named by the plan unless it is given. */
export function outOf(address: string, { out }: MergeCommandOptions): string {
  const [id = "plan"] = /[0-9a-f]{16}/.exec(address.slice(-32)) ?? [];
  return out ?? `merged-${id}`;
}
