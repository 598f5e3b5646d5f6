import { LtadError } from "@ltad/core";
import { count, plural } from "@ltad/core/format";
import type { Detector } from "@ltad/detector";
import { exitCodes } from "../../exit-codes.js";
import type { Session } from "../../session.js";
import { typedCommand } from "../../typed-command.js";
import type { Outcome, VerdictFilesOptions } from "./verdict-files.js";

export interface VerdictOptions extends VerdictFilesOptions {
  readonly failOnDefect?: boolean;
  readonly falseAlarmRate?: number;
}

/** Options that need verdicts, of a model that has none, would pass every image. @throws LtadError `LTAD_CONFIG` */
export function checkVerdictOptions({ folder, manifest }: Detector, { failOnDefect, falseAlarmRate, junit }: VerdictOptions): void {
  if (manifest.decision) return;
  const given = { "--fail-on-defect": failOnDefect, "--false-alarm-rate": falseAlarmRate, "--junit": junit };
  const option = Object.entries(given).find(([, value]) => value !== undefined && value !== false)?.[0];
  if (option === undefined) return;
  const message = `${option}: the model ${folder} has no limits. Compute them from good images with \`ltad limits ${folder} --from FOLDER\`, or train it again.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { file: folder } });
}

/** The last lines of a run: how many images are OK, and what to know about it. @returns the exit code */
export function summarise(session: Session, { folder, manifest }: Detector, outcomes: readonly Outcome[], options: VerdictOptions): number {
  const failed = outcomes.filter((one) => "error" in one).length;
  const lines = outcomes.flatMap((one) => ("error" in one ? [] : [one]));
  const defects = lines.filter(({ verdict }) => verdict === "NOT OK").length;
  if (!manifest.decision) {
    session.info(
      `This model has no limits, so it only gives scores; ${limitsCommand(session, folder, "--from", "FOLDER")} computes them from good images.`,
    );
  } else if (outcomes.length > 1) {
    session.print(`${count(defects)} NOT OK, ${count(lines.length - defects)} OK${failed > 0 ? `, ${count(failed)} not read` : ""}`);
  }
  const estimated = [...new Set(lines.flatMap((line) => (line.basis === "estimated" ? [line.class] : [])))];
  if (estimated.length > 0) {
    const which = estimated.length > 5 ? plural(estimated.length, "class", "classes") : estimated.join(", ");
    session.info(
      `Limits are estimated, not promised: ${which} (too few good images for this rate). ${limitsCommand(session, folder)} shows the details.`,
    );
  }
  if (failed > 0) session.warn(`${plural(failed, "image")} of ${outcomes.length} could not be read.`);
  if (failed > 0) return exitCodes.badData;
  return options.failOnDefect && defects > 0 ? exitCodes.defect : exitCodes.done;
}

function limitsCommand({ io }: Session, folder: string, ...words: readonly string[]): string {
  return `\`${typedCommand(io.env, "limits", folder, ...words)}\``;
}
