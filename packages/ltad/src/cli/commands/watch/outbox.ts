import { open, readFile, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { writeFileAtomic } from "@ltad/core";
import { createBell } from "./bell.js";

/** A receiver of every line of the results. */
export interface Receiver {
  /** Who it is, for messages: no password. */
  readonly name: string;
  /** @returns "refused" for a line that would be refused again @throws Error when it should be tried again */
  send(line: string, signal: AbortSignal): Promise<"sent" | "refused">;
  close(): Promise<void>;
}

export interface Outbox {
  /** There is something new to send. */
  wake(): void;
  /** Sends what is left, for so many milliseconds at most. @returns the bytes that are left */
  close(ms: number): Promise<number>;
}

const longestPause = 60_000;

/**
 * Sends the lines of a file to a receiver, in order and each until it arrives. How far it came is in a second file, so that a restart goes on
 * there. Nobody waits for it, and it holds one line in memory.
 */
export async function createOutbox(
  journal: string,
  place: string,
  receiver: Receiver,
  warn: (line: string) => void,
  firstPause = 1000,
): Promise<Outbox> {
  const stop = new AbortController();
  const ending = new AbortController();
  const bell = createBell(ending.signal);
  let at = await startOf(journal, place);
  const run = async (): Promise<void> => {
    for (let pause = firstPause; !stop.signal.aborted;) {
      const line = await lineAt(journal, at);
      if (line === undefined) {
        if (ending.signal.aborted) return;
        await bell.wait(2 ** 30);
        continue;
      }
      try {
        if ((await receiver.send(line.text, stop.signal)) === "refused")
          warn(`${receiver.name}: rejected a result, which will not be sent again.`);
        at = line.end;
        await writeFileAtomic(place, `${at}\n`);
        if (pause > firstPause) warn(`${receiver.name}: accepts results again.`);
        pause = firstPause;
      } catch (error) {
        if (stop.signal.aborted) return;
        if (pause === firstPause) warn(`${receiver.name}: ${(error as Error).message} Results are kept and sent later.`);
        await wait(pause, undefined, { signal: stop.signal }).catch(() => undefined);
        pause = Math.min(2 * pause, longestPause);
      }
    }
  };
  const running = run();
  const end = async (ms: number): Promise<number> => {
    ending.abort();
    const timer = setTimeout(() => stop.abort(), ms);
    await running;
    clearTimeout(timer);
    await receiver.close();
    return (await sizeOf(journal)) - at;
  };
  let ended: Promise<number> | undefined;
  return { wake: () => bell.ring(), close: (ms) => (ended ??= end(ms)) };
}

/** Where the last run ended. A receiver that is new gets new results only. */
async function startOf(journal: string, place: string): Promise<number> {
  const size = await sizeOf(journal);
  const text = await readFile(place, "utf8").catch(() => undefined);
  if (text === undefined) await writeFileAtomic(place, `${size}\n`);
  const at = text === undefined ? size : Number.parseInt(text, 10);
  return at >= 0 && at <= size ? at : 0; // results that were rotated begin again
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file)).size;
}

/** The line that begins at a place; undefined where the file ends. */
async function lineAt(path: string, start: number): Promise<{ readonly text: string; readonly end: number } | undefined> {
  const file = await open(path, "r");
  try {
    for (let length = 4096; ; length *= 4) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
      const end = buffer.subarray(0, bytesRead).indexOf(10);
      if (end >= 0) return { text: buffer.subarray(0, end).toString(), end: start + end + 1 };
      if (bytesRead < length) return undefined;
    }
  } finally {
    await file.close();
  }
}
