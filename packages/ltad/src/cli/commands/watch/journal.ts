import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { writeError } from "@ltad/core";
import { type ImageFile, keyOf, type WatchLine } from "./watch-line.js";

/** The results of all images that were judged; what is in it is not judged again, also after a crash. */
export interface Journal {
  readonly path: string;
  has(file: ImageFile): boolean;
  /** Adds a line, which is on the disk when this resolves. @throws LtadError `LTAD_WRITE` */
  append(line: WatchLine): Promise<void>;
  /** Frees the memory for files that are gone. */
  forgetAllBut(files: ReadonlySet<string>): void;
  close(): Promise<void>;
}

/**
 * Opens the journal, which is made if it is not there. A line that a crash cut off is removed.
 * @param onLine called with each line that is there
 * @throws LtadError `LTAD_WRITE`
 */
export async function openJournal(path: string, onLine: (line: Partial<WatchLine>) => void = () => {}): Promise<Journal> {
  const handle = await openToAppend(path);
  const judged = new Map<string, string>(); // the newest state of each file
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const line = parsed(text);
    if (!line) continue;
    judged.set(line.file, keyOf(line));
    onLine(line);
  }
  return {
    path,
    has: (file) => judged.get(file.file) === keyOf(file),
    async append(line) {
      try {
        await handle.appendFile(`${JSON.stringify(line)}\n`);
        await handle.datasync();
      } catch (error) {
        throw writeError(path, error);
      }
      judged.set(line.file, keyOf(line));
    },
    forgetAllBut(files) {
      for (const file of judged.keys()) if (!files.has(file)) judged.delete(file);
    },
    close: () => handle.close(),
  };
}

async function openToAppend(path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, "a+");
    await handle.truncate(await endOfLines(handle));
    return handle;
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Where the last whole line ends. */
async function endOfLines(handle: FileHandle): Promise<number> {
  const block = Buffer.alloc(64 * 1024);
  let { size } = await handle.stat();
  while (size > 0) {
    const start = Math.max(0, size - block.length);
    const { bytesRead } = await handle.read(block, 0, size - start, start);
    const last = block.subarray(0, bytesRead).lastIndexOf(10);
    if (last >= 0) return start + last + 1;
    size = start;
  }
  return 0;
}

function parsed(text: string): (ImageFile & Partial<WatchLine>) | undefined {
  try {
    const line = JSON.parse(text) as Partial<WatchLine>;
    const { file, bytes, modified } = line;
    const isOurs = typeof file === "string" && typeof bytes === "number" && typeof modified === "string";
    return isOurs ? { ...line, file, bytes, modified } : undefined;
  } catch {
    return undefined; // not a line of ours
  }
}
