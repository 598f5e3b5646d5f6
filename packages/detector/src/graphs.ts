import { join } from "node:path";
import { floats, int32, type NdArray } from "@ltad/core";
import { type RuntimeOptions, tiledProgram } from "@ltad/runtime";
import { checkOutputs, encoderContract, headContract, openGraph } from "./check-graph.js";
import type { Bundle } from "./load-bundle.js";

// Shapes: B batch, S input size, N = g * g tokens, C channels, Dz of z.

/** What the encoder gives: features float32 [B, N, C], z float32 [B, Dz]. */
export interface Encoded {
  readonly features: NdArray;
  readonly z: NdArray;
}

/** What the head gives for a batch, on the grid. */
export interface Scores {
  /** [B] */
  readonly score: Float32Array;
  /** [B] class indices, given or predicted */
  readonly classes: Int32Array;
  /** Each [B, g, g], row-major. */
  readonly map: Float32Array;
  readonly recMap: Float32Array;
  readonly semMap: Float32Array;
  /** [B] how far each image is from its class; absent from models that do not say it. */
  readonly distance?: Float32Array;
  readonly grid: number;
}

/** The two graphs of a bundle, opened. */
export interface Graphs {
  /** @param images float32 [B, S, S, 3], RGB 0..1; see {@link modelInput} */
  encode(images: NdArray): Promise<Encoded>;
  /**
   * The head alone, for features that were computed before: an evaluation from cached features runs the graph that is served.
   * @param classes [B] class indices, -1 to predict; all are predicted when left out
   */
  score(features: NdArray, z: NdArray, classes?: Int32Array): Promise<Scores>;
  dispose(): Promise<void>;
}

/** Opens both graphs of a bundle and checks them. @throws LtadError `LTAD_BUNDLE` */
export async function openGraphs({ folder, manifest, encoder, head }: Bundle, options: RuntimeOptions): Promise<Graphs> {
  const { graphs } = manifest;
  const [encoderPlace, headPlace] = [join(folder, graphs.encoder.file), join(folder, graphs.head.file)];
  const [encoderWants, headWants] = [encoderContract(manifest), headContract(manifest)];
  const encoderGraph = await openGraph(encoder, encoderPlace, graphs.encoder, encoderWants, options);
  const headGraph = await openGraph(head, headPlace, graphs.head, headWants, options).catch(async (error: unknown) => {
    await encoderGraph.dispose();
    throw error;
  });
  const { inputSize, tiles } = manifest.features;
  const wholeImages = tiles ? tiledProgram(encoderGraph, { inputSize, tiles }) : encoderGraph;
  return {
    async encode(image) {
      const found = await wholeImages.run({ image });
      checkOutputs(encoderPlace, found, encoderWants, image.shape[0] ?? 0);
      return { features: found["features"]!, z: found["z"]! };
    },
    async score(features, z, given) {
      const batch = features.shape[0] ?? 0;
      const found = await headGraph.run({ features, z, class: int32([batch], given ?? new Int32Array(batch).fill(-1)) });
      checkOutputs(headPlace, found, headWants, batch);
      return {
        score: floats(found["score"], "score"),
        classes: found["label"]?.data as Int32Array,
        map: floats(found["map"], "map"),
        recMap: floats(found["s_rec"], "s_rec"),
        semMap: floats(found["s_sem"], "s_sem"),
        ...(found["distance"] && { distance: floats(found["distance"], "distance") }),
        grid: manifest.features.grid,
      };
    },
    async dispose() {
      await Promise.all([encoderGraph.dispose(), headGraph.dispose()]);
    },
  };
}
