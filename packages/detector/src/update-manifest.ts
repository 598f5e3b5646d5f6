import { join } from "node:path";
import { writeFileAtomic } from "@ltad/core";
import { bundleError } from "./bundle-error.js";
import { manifestText } from "./load-bundle.js";
import { type Manifest, manifestSchema } from "./manifest.js";
import { parseManifest } from "./parse-manifest.js";

/** Reads the manifest of a bundle, without its graphs. @throws LtadError `LTAD_BUNDLE` when the folder is not a bundle */
export async function readManifest(folder: string): Promise<Manifest> {
  return parseManifest(await manifestText(folder), join(folder, "model.json"));
}

/**
 * Changes some fields of a model.json and keeps the others as they are. The new file replaces the old one by renaming, so a reader sees either the
 * old manifest or the new one.
 * @param change returns the fields to replace, given the current manifest
 * @returns the new manifest
 * @throws LtadError `LTAD_BUNDLE` for a folder that is not a bundle, or a change that contradicts other fields; `LTAD_WRITE` when it cannot be written
 */
export async function updateManifest(folder: string, change: (manifest: Manifest) => Partial<Manifest>): Promise<Manifest> {
  const place = join(folder, "model.json");
  const text = await manifestText(folder);
  const changed: unknown = { ...(JSON.parse(text) as object), ...change(parseManifest(text, place)) };
  const result = manifestSchema.safeParse(changed);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw bundleError(place, `cannot be changed like this, ${issue?.path.join(".")}: ${issue?.message}.`, result.error);
  }
  await writeFileAtomic(place, `${JSON.stringify(changed, null, 2)}\n`);
  return result.data;
}
