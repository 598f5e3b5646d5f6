import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { LtadError, type NdArrays, readSafetensors, sha256, writeFileAtomic, writeSafetensors } from "@ltad/core";
import type { HistoryRow } from "./run-phase.js";

/** Where an interrupted training goes on. */
export interface Checkpoint {
  load(phase: string): Promise<Saved | undefined>;
  save(phase: string, saved: Saved): Promise<void>;
  /** Removes the folder: the training is complete. */
  clear(): Promise<void>;
}

export interface Saved {
  readonly state: NdArrays;
  readonly history: HistoryRow[];
}

interface Header {
  readonly fingerprint: string;
}

/**
 * A checkpoint folder that belongs to one training: its fingerprint is the hash of config, split, seed and encoder.
 * @param resume false: an earlier checkpoint there is removed
 * @throws LtadError `LTAD_CONFIG` when asked to resume a training of other settings
 */
export async function openCheckpoint(folder: string, settings: unknown, resume: boolean): Promise<Checkpoint> {
  const fingerprint = sha256(JSON.stringify(settings));
  const header = join(folder, "checkpoint.json");
  if (!resume) await rm(folder, { recursive: true, force: true });
  else if (existsSync(header)) await checkFingerprint(header, fingerprint);
  await writeFileAtomic(header, JSON.stringify({ fingerprint } satisfies Header));
  const file = (phase: string) => join(folder, `${phase}.safetensors`);
  return {
    async load(phase) {
      if (!existsSync(file(phase))) return undefined;
      const { arrays, metadata } = await readSafetensors(file(phase));
      return { state: arrays, history: JSON.parse(metadata["history"] ?? "[]") as HistoryRow[] };
    },
    save: (phase, { state, history }) => writeSafetensors(file(phase), state, { history: JSON.stringify(history) }),
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}

async function checkFingerprint(header: string, fingerprint: string): Promise<void> {
  const found = await readFingerprint(header);
  if (found === fingerprint) return;
  throw new LtadError(
    "LTAD_CONFIG",
    `--resume: ${header} belongs to a training with other images, options or seed. Use the same ones, or leave out --resume to start anew.`,
  );
}

async function readFingerprint(header: string): Promise<string> {
  try {
    return (JSON.parse(await readFile(header, "utf8")) as Header).fingerprint;
  } catch (error) {
    throw new LtadError("LTAD_CONFIG", `--resume: ${header} is damaged. Leave out --resume to start anew.`, { cause: error });
  }
}
