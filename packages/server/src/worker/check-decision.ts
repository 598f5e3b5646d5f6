import { LtadError } from "@ltad/core";
import type { Detector } from "@ltad/detector";
import type { WorkerOptions } from "../messages.js";

/** A rate of false alarms and limits need a model that decides. @throws LtadError `LTAD_CONFIG` */
export function checkDecision(
  { folder, manifest }: Pick<Detector, "folder" | "manifest">,
  { falseAlarmRate, limits = {} }: WorkerOptions,
): void {
  if (manifest.decision || (falseAlarmRate === undefined && Object.keys(limits).length === 0)) return;
  throw new LtadError(
    "LTAD_CONFIG",
    `${folder}: this model has no limits, so neither a false-alarm rate nor limits can be set. Train it again to get them.`,
  );
}
