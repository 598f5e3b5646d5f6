import { join } from "node:path";
import { writeFileAtomic } from "@ltad/core";
import { bundleError } from "./bundle-error.js";
import { manifestText } from "./load-bundle.js";
import { type Manifest, manifestSchema } from "./manifest.js";
import { parseManifest } from "./parse-manifest.js";

/** The manifest of a bundle, without its graphs. @throws LtadError `LTAD_BUNDLE` */
export async function readManifest(folder: string): Promise<Manifest> {
  return parseManifest(await manifestText(folder), join(folder, "model.json"));
}

/**
 * Changes some fields of a model.json and leaves the rest as it is written. The file is written beside and renamed: a reader sees the old
 * manifest or the new one.
 * @param change the fields to replace, from the manifest as it is
 * @returns the manifest as written
 * @throws LtadError `LTAD_BUNDLE` for a folder that is no bundle, or a change that contradicts the rest; `LTAD_WRITE` when the disk refuses
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
