import { isLtadError } from "@ltad/core/browser";
import type * as z from "zod";
import { bundleError, whatABundleIs } from "./bundle-error.js";
import { bundleVersion, type Manifest, manifestSchema } from "./manifest.js";

/**
 * Parses the text of a model.json.
 * @param place its path, for messages
 * @throws LtadError `LTAD_BUNDLE` when it is not JSON, has another format or a newer version, or has faulty fields, which the error lists with their paths
 */
export function parseManifest(text: string, place: string): Manifest {
  const json = parseJson(text, place);
  const { format, version } = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  if (format !== "ltad-bundle") {
    throw bundleError(
      place,
      `expected "format": "ltad-bundle", received ${JSON.stringify(format)?.slice(0, 80) ?? "none"}. ${whatABundleIs}`,
    );
  }
  if (typeof version === "number" && version > bundleVersion) {
    throw bundleError(
      place,
      `has version ${version}, which a newer ltad wrote; this one reads versions up to ${bundleVersion}. Upgrade ltad, or train again.`,
    );
  }
  try {
    const result = manifestSchema.safeParse(json);
    if (result.success) return result.data;
    throw bundleError(place, `is damaged or was edited. ${faults(result.error.issues)} Write the bundle again.`);
  } catch (error) {
    if (isLtadError(error)) throw error;
    throw bundleError(place, `cannot be parsed (${(error as Error).message}). Write the bundle again.`, error);
  }
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw bundleError(place, `is not JSON (${(error as Error).message}). Copy the bundle again, or train again.`, error);
  }
}

/** Up to eight faults in one text, with their paths. */
function faults(issues: readonly z.core.$ZodIssue[]): string {
  const lines = issues.slice(0, 8).map((issue) => `${issue.path.join(".") || "model.json"}: ${issue.message}`);
  const more = issues.length > 8 ? `; and ${issues.length - 8} more` : "";
  return `${lines.join("; ")}${more}.`;
}
