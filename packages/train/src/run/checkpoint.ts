import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LtadError, type NdArrays, readSafetensors, sha256, writeFileAtomic, writeSafetensors } from "@ltad/core";
import type { HistoryRow } from "./history.js";
import { removeWhole } from "./remove-whole.js";

/** The state of an interrupted training, from which it continues. */
export interface Checkpoint {
  load(phase: string): Promise<CheckpointState | undefined>;
  save(phase: string, state: CheckpointState): Promise<void>;
}

/** A phase as it was after some step. */
export interface CheckpointState {
  readonly state: NdArrays;
  readonly history: HistoryRow[];
}

interface Header {
  readonly fingerprint: string;
}

/** The hash of images, config, seed and encoder, by which trainings are told apart. */
export function fingerprintOf(settings: unknown): string {
  return sha256(JSON.stringify(settings));
}

/** Whether a folder holds a checkpoint; without its header, which is written first, what lies there belongs to no training. */
export function hasCheckpoint(folder: string): boolean {
  return existsSync(join(folder, "checkpoint.json"));
}

/**
 * A checkpoint folder that belongs to one training.
 * @param fingerprint see {@link fingerprintOf}
 * @param resume false: an earlier checkpoint in the folder is removed
 * @throws LtadError `LTAD_CONFIG` when the checkpoint to resume from belongs to a training with other settings
 */
export async function openCheckpoint(folder: string, fingerprint: string, resume: boolean): Promise<Checkpoint> {
  const header = join(folder, "checkpoint.json");
  if (!resume || !hasCheckpoint(folder)) await removeWhole(folder);
  else if ((await readFingerprint(header)) !== fingerprint) throw otherTrainingError(header);
  await writeFileAtomic(header, JSON.stringify({ fingerprint } satisfies Header));
  const file = (phase: string) => join(folder, `${phase}.safetensors`);
  return {
    async load(phase) {
      if (!existsSync(file(phase))) return undefined;
      const { arrays, metadata } = await readSafetensors(file(phase));
      return { state: arrays, history: JSON.parse(metadata["history"] ?? "[]") as HistoryRow[] };
    },
    save: (phase, { state, history }) => writeSafetensors(file(phase), state, { history: JSON.stringify(history) }),
  };
}

async function readFingerprint(header: string): Promise<string> {
  try {
    return (JSON.parse(await readFile(header, "utf8")) as Header).fingerprint;
  } catch (error) {
    const message = `--resume: ${header} is damaged. Start over with --force in place of --resume.`;
    throw new LtadError("LTAD_CONFIG", message, { cause: error, details: { file: header } });
  }
}

function otherTrainingError(header: string): LtadError {
  const message = `--resume: ${header} belongs to a training with other images, options or seed, or by another version. Use the same ones, or start over with --force in place of --resume.`;
  return new LtadError("LTAD_CONFIG", message, { details: { file: header } });
}
