import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LtadError, writeFileAtomic } from "@ltad/core";
import type { TrainResult } from "../train-result.js";

/** `history.json`: the loss curves of a training, its times, and its fingerprint. It is the last file that a training writes. */
interface HistoryFile extends Pick<TrainResult, "timing" | "copies"> {
  readonly phase1: TrainResult["history"]["phase1"];
  readonly phase2: TrainResult["history"]["phase2"];
  /** See `fingerprintOf`. */
  readonly training: string;
}

/** Marks the training in this folder as finished. @throws LtadError `LTAD_WRITE` */
export async function markFinished(folder: string, training: string, { history, timing, copies }: TrainResult): Promise<void> {
  const { phase1, phase2 } = history;
  const file: HistoryFile = { phase1, phase2, timing, copies, training };
  await writeFileAtomic(join(folder, "history.json"), `${JSON.stringify(file)}\n`);
}

/** What a training left that finished here before with the same settings. */
export async function readFinished(folder: string, training: string): Promise<Pick<TrainResult, "history" | "timing" | "copies"> | null> {
  if (!existsSync(join(folder, "model.json"))) return null;
  const file = await readFile(join(folder, "history.json"), "utf8").then(parse, () => null);
  if (file?.training !== training) return null;
  const { phase1, phase2, timing, copies } = file;
  return { history: { phase1, phase2, timing }, timing, copies };
}

function parse(text: string): HistoryFile | null {
  try {
    return JSON.parse(text) as HistoryFile | null;
  } catch {
    return null;
  }
}

/** @throws LtadError `LTAD_CONFIG` for a folder with the finished model of another training */
export function refuseOtherModel(folder: string): void {
  if (!existsSync(join(folder, "model.json"))) return;
  const message = `--resume: ${folder} holds a finished model of a training with other images, options or seed, and no checkpoint to continue from. Use the same ones, choose another folder, or replace the model with --force.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { folder } });
}
