import { stat } from "node:fs/promises";
import { LtadError } from "@ltad/core";
import { createBell } from "./bell.js";
import { type Candidate, type CandidateOptions, isFolderNow, judgeDue, nameOf, note } from "./candidates.js";
import { type FolderEvents, folderEvents, imagesIn } from "./folder-images.js";

export interface WatchFolderOptions extends CandidateOptions {
  /** Ends when all files that are there have been judged. */
  readonly once: boolean;
  /** Seconds between two looks at the whole folder in place of events, for network drives that have none. */
  readonly poll?: number | undefined;
  /** Called with all files that there are. */
  readonly onLook: (files: ReadonlySet<string>) => void;
  readonly warn: (line: string) => void;
}

/** How often the whole folder is looked at where there are events: no system promises all of them. */
const lookMs = 30_000;

/** Hands over each image of a folder and below when it is complete, one after another, until the signal fires. */
export async function watchFolder(folder: string, options: WatchFolderOptions): Promise<void> {
  const { signal, once, poll } = options;
  const bell = createBell(signal);
  const touched = new Set<string>();
  const events = once || poll !== undefined ? undefined : eventsOf(folder, options, (path) => (touched.add(path), bell.ring()));
  const candidates = new Map<string, Candidate>();
  const every = poll === undefined ? lookMs : poll * 1000;
  let [nextLook, isGone] = [0, false];
  try {
    while (!signal.aborted) {
      if (performance.now() >= nextLook) {
        isGone = await look(folder, options, { touched, events, wasGone: isGone });
        nextLook = performance.now() + every;
      }
      for (const path of touched) {
        touched.delete(path);
        if (await isFolderNow(path)) nextLook = path === folder ? nextLook : 0;
        else await note(folder, path, candidates, options);
      }
      await judgeDue(folder, candidates, options);
      if (once && candidates.size === 0) return;
      await bell.wait(Math.min(nextLook, ...[...candidates.values()].slice(0, 1000).map(({ due }) => due)) - performance.now());
    }
  } finally {
    events?.close();
  }
}

/** @throws LtadError `LTAD_DATA` when there is no such folder */
export async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => error as NodeJS.ErrnoException);
  if ("isDirectory" in found && found.isDirectory()) return;
  const what = "isDirectory" in found ? "this is a file. Expected a folder to watch." : `no such folder (${found.code}). Create it first.`;
  throw new LtadError("LTAD_DATA", `${folder}: ${what}`, { details: { file: folder } });
}

/** Without events, for whatever reason, the folder is still looked at now and then. */
function eventsOf(folder: string, { warn }: WatchFolderOptions, onPath: (path: string) => void): FolderEvents {
  let isSaid = false;
  return folderEvents(onPath, ({ code }) => {
    if (isSaid) return;
    isSaid = true;
    warn(
      `${folder}: the system does not report new files in it (${code}). It is scanned every ${lookMs / 1000} s; --poll SECONDS changes the interval.`,
    );
  });
}

interface LookState {
  readonly touched: Set<string>;
  readonly events: FolderEvents | undefined;
  readonly wasGone: boolean;
}

/** Looks at the whole folder. A network drive that is gone comes back. @returns whether the folder is gone */
async function look(folder: string, options: WatchFolderOptions, { touched, events, wasGone }: LookState): Promise<boolean> {
  try {
    const { images, folders } = await imagesIn(folder, options.skip);
    events?.keep(folders);
    for (const image of images) touched.add(image);
    options.onLook(new Set(images.map((image) => nameOf(folder, image))));
    if (wasGone) options.warn(`${folder}: the folder is available again.`);
    return false;
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code) throw error;
    if (!wasGone) options.warn(`${folder}: cannot be read at the moment (${(error as NodeJS.ErrnoException).code}). Trying again.`);
    events?.keep([]);
    return true;
  }
}
