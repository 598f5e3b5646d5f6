import { check, having } from "@ltad/core/check";
import { type AnyImageEncoder, imageGraph, type ImageHead, type Precision } from "@ltad/encoder";
import type { FeatureSpec } from "./feature-spec.js";
import { gridFeatures } from "./grid-features.js";
import { graphSpec } from "./plan-tiles.js";

/**
 * Exports the graph that turns images into features, for caching, training, evaluation and serving.
 * Its input is `image`, float32 [B, S, S, 3], RGB in 0..1; its outputs are `features` [B, N, C] and `z` [B, Dz]. The batch size B is free.
 * If the spec has tiles, the graph takes single tiles; see {@link graphSpec}.
 * @param precision of the encoder's weights; see docs/encoders.md
 * @returns a complete ONNX file; the same encoder, spec and precision give the same bytes
 */
export function encoderGraph(encoder: AnyImageEncoder, whole: FeatureSpec, precision: Precision = "float32"): Uint8Array {
  check(
    "encoderGraph",
    { encoder, spec: whole },
    { encoder: having("an image encoder", "kind"), spec: having("a feature spec", "stages", "grid") },
  );
  const spec = graphSpec(whole);
  const head: ImageHead = ({ stages, z }) => {
    const used = spec.stages.map(({ stage }) => stages[stage - 1]!);
    return { features: gridFeatures(used, spec), z };
  };
  return imageGraph(encoder, spec.inputSize, head, precision);
}
