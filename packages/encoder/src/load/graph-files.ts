import { dirname } from "node:path";
import { LtadError } from "@ltad/core";
import type { ModelFolder, NamedBytes } from "@ltad/hub";
import { parseGraphJson } from "../weights/graph-json.js";

/**
 * Reads `model.json` and its shards, as TensorFlow.js writes a graph model. A shard that does not exist is omitted.
 * @throws LtadError `LTAD_WEIGHTS` when model.json is not valid, or names weights in another folder
 */
export async function graphFiles(model: ModelFolder): Promise<NamedBytes> {
  const paths = shardPaths(await model.json("model.json"), model.source);
  const there = ["model.json", ...paths].filter((path) => model.files.includes(path));
  return Object.fromEntries(await Promise.all(there.map(async (path) => [path, await model.bytes(path)] as const)));
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
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${source}: model.json: expected its weights in the same folder, received ${JSON.stringify(outside)}.`,
  );
}
