import { floats, int32, type NdArray } from "@ltad/core/browser";
import { type Program, tiledProgram } from "@ltad/runtime/web";
import { checkOutputs, encoderContract, headContract } from "./graph-contract.js";
import type { Manifest } from "./manifest.js";
import { type ByClass, scoreByClass } from "./score-by-class.js";

// Shapes: B batch, S input size, N = g * g tokens, C channels, Dz of z.

/** The outputs of the encoder: features float32 [B, N, C], z float32 [B, Dz]. */
export interface Encoded {
  readonly features: NdArray;
  readonly z: NdArray;
}

/** The outputs of the head for a batch, with maps of the size of the grid. */
export interface Scores {
  /** [B] */
  readonly score: Float32Array;
  /** [B] class indices, given or predicted */
  readonly classes: Int32Array;
  /** Each [B, g, g], row-major. */
  readonly map: Float32Array;
  readonly recMap: Float32Array;
  readonly semMap: Float32Array;
  /** [B] how far each image is from its class; missing if the model does not compute it. */
  readonly distance?: Float32Array;
  readonly grid: number;
}

/** The open graphs of a bundle. */
export interface Graphs {
  /** Runs the encoder. @param images float32 [B, S, S, 3], RGB in 0..1; see `modelInput` */
  encode(images: NdArray): Promise<Encoded>;
  /**
   * Runs only the head, on features that were computed before. An evaluation of cached features thus uses the graph that is served.
   * @param classes [B] class indices, -1 to predict one; if omitted, all are predicted
   */
  score(features: NdArray, z: NdArray, classes?: Int32Array): Promise<Scores>;
  dispose(): Promise<void>;
}

/** An open graph, and its file for messages. */
export interface OpenGraph {
  readonly program: Program;
  readonly place: string;
}

/** Makes functions from the graphs of a bundle. @param byClass undefined for a head that contains the tables of all classes */
export function graphsOf(manifest: Manifest, encoder: OpenGraph, head: OpenGraph, byClass?: ByClass): Graphs {
  const { inputSize, tiles } = manifest.features;
  const wholeImages = tiles ? tiledProgram(encoder.program, { inputSize, tiles }) : encoder.program;
  return {
    async encode(image) {
      const found = await wholeImages.run({ image });
      checkOutputs(encoder.place, found, encoderContract(manifest), image.shape[0] ?? 0);
      return { features: found["features"]!, z: found["z"]! };
    },
    async score(features, z, given) {
      const batch = features.shape[0] ?? 0;
      const labels = given ?? new Int32Array(batch).fill(-1);
      const found = byClass
        ? await scoreByClass(manifest, head, byClass, { features, z }, labels)
        : await head.program.run({ features, z, class: int32([batch], labels) });
      if (!byClass) checkOutputs(head.place, found, headContract(manifest), batch);
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
      await Promise.all([encoder, head, ...(byClass ? [byClass.nearest] : [])].map(({ program }) => program.dispose()));
    },
  };
}
