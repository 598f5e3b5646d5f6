import { writeError } from "@ltad/core";

/** Runs a job that writes; what goes wrong is told as `LTAD_WRITE` of this path. */
export async function orWriteError<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw writeError(path, error);
  }
}
