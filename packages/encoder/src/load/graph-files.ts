import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LtadError } from "@ltad/core";
import { parseGraphJson } from "../weights/graph-json.js";
import type { NamedBytes } from "../weights/read-tarball.js";
import { type ModelFolder, readJson } from "./folder.js";

/**
 * `model.json` and its shards, as TensorFlow.js writes a graph model. A shard that is not there is left out.
 * @throws LtadError `LTAD_WEIGHTS` when model.json is none, or names weights that lie elsewhere
 */
export async function graphFiles(model: ModelFolder): Promise<NamedBytes> {
  const paths = shardPaths(await readJson(model, "model.json"), model.source);
  const read = async (path: string) => [path, await readFile(join(model.folder, path)).catch(() => undefined)] as const;
  const found = await Promise.all(["model.json", ...paths].map(read));
  return Object.fromEntries(found.flatMap(([path, content]) => (content ? [[path, content]] : [])));
}

function shardPaths(json: unknown, source: string): string[] {
  const { format, modelTopology, weightsManifest } = (json ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(weightsManifest) || !Array.isArray((modelTopology as { node?: unknown } | null | undefined)?.node))
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: model.json: expected a TF.js graph model, found ${typeof format === "string" ? `a ${format}` : "none"}. Convert it: tensorflowjs_converter --output_format=tfjs_graph_model.`,
      { details: { source, otherKind: true } },
    );
  const paths = parseGraphJson(json, source).weightsManifest.flatMap((group) => group.paths);
  const outside = paths.find((path) => dirname(path) !== ".");
  if (outside === undefined) return paths;
  throw new LtadError("LTAD_WEIGHTS", `${source}: model.json: expected weights beside it, received ${JSON.stringify(outside)}.`);
}
