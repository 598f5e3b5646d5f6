import { LtadError } from "@ltad/core";
import { isPlainPath } from "./unpack-tarball.js";
import type { NpmPackage } from "./pinned-package.js";

/** A model in an npm package. */
export interface NpmModel extends NpmPackage {
  /** Where it lies in the package; empty: where its only model lies. */
  readonly folder: string;
}

const packagePattern = /^npm:((?:@[A-Za-z0-9][\w.~-]*\/)?[A-Za-z0-9][\w.~-]*)(?:@([^/]*))?(?:\/(.*))?$/;
const versionPattern = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/**
 * Reads `npm:package@version` or `npm:@scope/package@version/folder/in/package`.
 * @throws LtadError `LTAD_CONFIG` for another form, or a version that is not exact
 */
export function parseNpm(text: string): NpmModel {
  const [, name, version = "", folder = ""] = packagePattern.exec(text) ?? [];
  if (name === undefined || (folder !== "" && !isPlainPath(folder)))
    throw nameError(text, "expected npm:package@version, followed by /folder/in/package if the model is in a folder");
  if (!versionPattern.test(version))
    throw nameError(
      text,
      `expected an exact version, as in npm:${name}@1.2.3, because the meaning of a range or a tag changes ("npm view ${name} versions" lists them)`,
    );
  return { name, version, folder };
}

function nameError(received: string, expected: string): LtadError {
  return new LtadError("LTAD_CONFIG", `model: ${expected}, received ${JSON.stringify(received)}.`, { details: { received } });
}
