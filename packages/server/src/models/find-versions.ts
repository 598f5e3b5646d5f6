import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { LtadError } from "@ltad/core";

/** A bundle on disk that can be served as one version of a model. */
export interface FoundVersion {
  readonly version: string;
  readonly folder: string;
  /** Changes when another bundle is written there: a writer replaces model.json last. */
  readonly fingerprint: string;
}

/**
 * The versions of a model: a bundle is version 1 of itself, and a folder whose subfolders are numbers has one version in each.
 * @returns in rising order; the last one is served where no version is named
 * @throws LtadError `LTAD_BUNDLE` when there is none
 */
export async function findVersions(folder: string): Promise<readonly FoundVersion[]> {
  const own = await fingerprintOf(folder);
  if (own) return [{ version: "1", folder, fingerprint: own }];
  const names = (await namesIn(folder)).filter((name) => /^[1-9][0-9]{0,8}$/.test(name)).sort((a, b) => Number(a) - Number(b));
  const found = await Promise.all(
    names.map(async (version) => ({
      version,
      folder: join(folder, version),
      fingerprint: (await fingerprintOf(join(folder, version))) ?? "",
    })),
  );
  const versions = found.filter(({ fingerprint }) => fingerprint !== "");
  if (versions.length > 0) return versions;
  const place = await stat(folder).catch(() => undefined);
  const what = !place
    ? "does not exist"
    : place.isDirectory()
      ? "has neither a model.json nor subfolders 1, 2, ... with one"
      : "is a file, not a folder";
  throw new LtadError("LTAD_BUNDLE", `${folder}: ${what}. A bundle is a folder that \`ltad train --out\` wrote.`, {
    details: { file: folder },
  });
}

/** The models of a repository: each subfolder that has a version. */
export async function findModels(repository: string): Promise<ReadonlyMap<string, string>> {
  const names = (await namesIn(repository)).filter((name) => modelName.test(name)).sort();
  const places = await Promise.all(
    names.map(async (name) => {
      const folder = join(repository, name);
      return (await findVersions(folder).catch(() => [])).length > 0 ? ([name, folder] as const) : undefined;
    }),
  );
  return new Map(places.filter((place) => place !== undefined));
}

/** What a model may be called: it is part of URLs. */
export const modelName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function fingerprintOf(folder: string): Promise<string | undefined> {
  const found = await stat(join(folder, "model.json")).catch(() => undefined);
  return found?.isFile() ? [found.mtimeMs, found.size, found.ino].join(" ") : undefined;
}
