import { type FloatArray, type NdArrays, version } from "@ltad/core";
import type { BundleParts, GraphPart } from "@ltad/detector";
import type { AnyImageEncoder } from "@ltad/encoder";
import { featuresId } from "@ltad/feature-store";
import { type FeatureSpec, graphSpec } from "@ltad/features";
import { f32, i32 } from "@ltad/jit";
import { judgedText } from "../run/judged-places.js";
import { rowOfJudged } from "../run/judged-store.js";
import type { TrainOptions } from "../train-options.js";
import { fitDisplayRange } from "./fit-display-range.js";
import type { GoodImage } from "./good-scores.js";

export interface BundleContent {
  readonly options: TrainOptions;
  readonly encoder: AnyImageEncoder;
  readonly spec: FeatureSpec;
  readonly graph: Uint8Array;
  readonly head: Uint8Array;
  readonly weights: NdArrays;
  readonly good: readonly GoodImage[];
  /** See `TrainingSet`. */
  readonly judged?: FloatArray | undefined;
}

const falseAlarmRate = 0.01; // of a new model; it can be changed in the bundle

/** The result of a training, as the detector writes it. */
export function bundleParts({ options, encoder, spec, graph, head, weights, good, judged: places }: BundleContent): BundleParts {
  const { config, seed, split } = options;
  const { image, lambda, semantic } = config.score;
  const side = graphSpec(spec).inputSize;
  return {
    manifest: {
      producer: `ltad ${version}`,
      preset: config.preset,
      protocol: split.protocol,
      seed,
      encoder: { name: encoder.name, id: featuresId(graph, spec), inputSize: spec.inputSize },
      features: { ...spec, stages: spec.stages.map((stage) => ({ ...stage })) },
      classes: split.classes.map(({ name, train }, order) => {
        const range = train[0]?.range;
        const judged = places && judgedText(rowOfJudged(places, order));
        return {
          name,
          trainImages: train.length,
          order,
          ...(range !== undefined && { range }),
          ...(judged !== undefined && { judged }),
        };
      }),
      score: { imageScore: image, lambda, semantic },
      display: fitDisplayRange(good),
      decision: {
        falseAlarmRate,
        classes: split.classes.map((_, label) =>
          decisionOf(
            good.filter((image) => image.label === label),
            split.classes.length > 1,
          ),
        ),
      },
      config,
    },
    encoder: {
      model: graph,
      inputs: { image: f32(null, side, side, 3) },
      outputs: ["features", "z"],
    },
    head: headPart(head, spec),
    weights,
  };
}

/** A scoring graph as a part of a bundle. */
export function headPart(model: Uint8Array, { tokens, channels, zSize }: FeatureSpec): GraphPart {
  return {
    model,
    inputs: { features: f32(null, tokens, channels), z: f32(null, zSize), class: i32(null) },
    outputs: ["label", "s_rec", "s_sem", "map", "score", "distance"],
  };
}

/** What a class shows in the decision of a bundle. @param own its good images @param others whether there are other classes */
export function decisionOf(own: readonly Omit<GoodImage, "map">[], others: boolean) {
  return {
    good: ascending(own.map(({ score }) => score)),
    limit: null,
    distances: ascending(own.flatMap(({ distance }) => distance ?? [])),
    ...(others && { nearestOther: Math.min(...own.map((image) => image.nearestOther)) }),
  };
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
