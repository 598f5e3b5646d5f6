import { open } from "node:fs/promises";
import { LtadError, writeFileAtomic } from "@ltad/core";
import { shown } from "@ltad/core/format";
import type { Dataset } from "../dataset/dataset.js";

const firstLine = "# training images without those that `ltad data check` found wrong";

/**
 * Writes a list file of the training images except some, each of which becomes a comment with the reason. `longTail` reads it.
 * @param drop ids of images to leave out, with the reason
 * @returns the number of images left out
 * @throws LtadError `LTAD_DATA` when a class would have no image left; `LTAD_WRITE` when another kind of file has the name of the list
 */
export async function writeCleanList(path: string, { classes }: Dataset, drop: ReadonlyMap<string, string>): Promise<number> {
  await checkPlace(path);
  const lines = classes.flatMap(({ name, train }) => {
    if (train.every(({ id }) => drop.has(id)))
      throw new LtadError("LTAD_DATA", `${shown(name)}: no training image would be left. Add good images to this class first.`, {
        details: { class: name },
      });
    return train.map(({ id }) => {
      const why = drop.get(id);
      if (why !== undefined) return `# left out: ${id} (${why})`;
      return id.startsWith("#") ? `./${id}` : id;
    });
  });
  await writeFileAtomic(path, `${[firstLine, ...lines].join("\n")}\n`);
  return lines.filter((line) => line.startsWith("# left out")).length;
}

/** An image or a table of the user is never written over: only a list that this function wrote is. */
async function checkPlace(path: string): Promise<void> {
  const file = await open(path, "r").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw refuse(path, error);
  });
  if (!file) return;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(firstLine.length), 0, firstLine.length, 0);
    if (buffer.subarray(0, bytesRead).toString() !== firstLine) throw refuse(path);
  } finally {
    await file.close();
  }
}

function refuse(path: string, cause?: unknown): LtadError {
  return new LtadError(
    "LTAD_WRITE",
    `${shown(path)}: another file has this name, and it is not overwritten. Choose another name for the list.`,
    {
      cause,
      details: { file: path },
    },
  );
}
