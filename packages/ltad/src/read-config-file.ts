import { readFile } from "node:fs/promises";
import { LtadError } from "@ltad/core";
import { parseDocument } from "yaml";

/**
 * Reads a YAML or JSON file of settings; an empty file has no settings. {@link resolveConfig} checks what the keys mean.
 * @throws LtadError `LTAD_CONFIG` when the file is missing or is not YAML, with the line
 */
export async function readConfigFile(path: string): Promise<unknown> {
  const document = parseDocument(await readText(path), { prettyErrors: true });
  const fault = document.errors[0];
  if (fault) throw configError(path, fault.message.trim(), fault);
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw configError(path, (error as Error).message, error);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw configError(
      path,
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "this is a folder, not a file" : message,
      error,
    );
  }
}

function configError(path: string, why: string, cause: unknown): LtadError {
  return new LtadError("LTAD_CONFIG", `config ${path}: ${why}.`, { cause, details: { file: path } });
}
