import { join } from "node:path";
import type { RuntimeOptions } from "@ltad/runtime";
import { openGraph } from "./check-graph.js";
import { keepTables } from "./class-tables.js";
import { encoderContract, type GraphContract, headContract, nearestContract } from "./graph-contract.js";
import { type Graphs, graphsOf, type OpenGraph } from "./graphs-of.js";
import type { Bundle } from "./load-bundle.js";
import type { GraphSpec } from "./manifest.js";

/**
 * Opens the graphs of a bundle and checks them. The tables of its classes are read too if they fit into the memory.
 * @param classMemory the memory for the tables of classes in bytes
 * @throws LtadError `LTAD_BUNDLE`
 */
export async function openGraphs(
  { folder, manifest, byClass, ...graphs }: Bundle,
  options: RuntimeOptions,
  classMemory?: number,
): Promise<Graphs> {
  const opened: OpenGraph[] = [];
  const open = async (model: Uint8Array, described: GraphSpec, contract: GraphContract) => {
    const place = join(folder, described.file);
    const graph = { program: await openGraph(model, place, described, contract, options), place };
    opened.push(graph);
    return graph;
  };
  try {
    const encoder = await open(graphs.encoder, manifest.graphs.encoder, encoderContract(manifest));
    const head = await open(graphs.head, manifest.graphs.head, headContract(manifest));
    if (!byClass) return graphsOf(manifest, encoder, head);
    const nearest = await open(byClass.nearest, manifest.graphs.nearest!, nearestContract(manifest));
    const tables = keepTables(manifest, byClass.read, classMemory);
    if (tables.fits) for (const label of manifest.classes.keys()) await tables.of(label);
    return graphsOf(manifest, encoder, head, { nearest, tables });
  } catch (error) {
    await Promise.all(opened.map(({ program }) => program.dispose()));
    throw error;
  }
}
