import { check, having } from "@ltad/core/check";
import { type AnyImageEncoder, imageGraph, type ImageHead, type Precision } from "@ltad/encoder";
import type { FeatureSpec } from "./feature-spec.js";
import { gridFeatures } from "./grid-features.js";
import { graphSpec } from "./plan-tiles.js";

/**
 * The graph that turns images into features: what is cached, trained on, evaluated and served.
 * Inputs: `image` float32 [B, S, S, 3], RGB 0..1. Outputs: `features` [B, N, C] and `z` [B, Dz]. The batch is free.
 * With tiles, the images are tiles: {@link graphSpec}.
 * @param precision of the encoder's weights, see docs/encoders.md
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
