import { join } from "node:path";
import type { RuntimeOptions } from "@ltad/runtime";
import { openGraph } from "./check-graph.js";
import { encoderContract, headContract } from "./graph-contract.js";
import type { Bundle } from "./load-bundle.js";
import { type Graphs, graphsOf } from "./graphs-of.js";

/** Opens both graphs of a bundle and checks them. @throws LtadError `LTAD_BUNDLE` */
export async function openGraphs({ folder, manifest, encoder, head }: Bundle, options: RuntimeOptions): Promise<Graphs> {
  const { graphs } = manifest;
  const [encoderPlace, headPlace] = [join(folder, graphs.encoder.file), join(folder, graphs.head.file)];
  const encoderGraph = await openGraph(encoder, encoderPlace, graphs.encoder, encoderContract(manifest), options);
  const headGraph = await openGraph(head, headPlace, graphs.head, headContract(manifest), options).catch(async (error: unknown) => {
    await encoderGraph.dispose();
    throw error;
  });
  return graphsOf(manifest, { program: encoderGraph, place: encoderPlace }, { program: headGraph, place: headPlace });
}
