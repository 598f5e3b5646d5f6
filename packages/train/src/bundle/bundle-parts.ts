import { type FloatArray, version } from "@ltad/core";
import type { SplitClass } from "@ltad/data";
import type { BundleParts } from "@ltad/detector";
import type { AnyImageEncoder } from "@ltad/encoder";
import { featuresId } from "@ltad/feature-store";
import { type FeatureSpec, graphSpec } from "@ltad/features";
import { f32 } from "@ltad/jit";
import { named, withoutTables } from "../classes/trained-model.js";
import type { HeadArrays } from "../head/head-graph.js";
import type { HeadConfig } from "../head/head.js";
import { judgedText } from "../run/judged-places.js";
import { rowOfJudged } from "../run/judged-store.js";
import type { TrainOptions } from "../train-options.js";
import { fitDisplayRange } from "./fit-display-range.js";
import type { GoodImage } from "./good-scores.js";
import { byClassPart, classParts, headPart } from "./head-parts.js";

export interface BundleContent {
  readonly options: TrainOptions;
  readonly encoder: AnyImageEncoder;
  readonly spec: FeatureSpec;
  readonly graph: Uint8Array;
  readonly head: HeadConfig;
  readonly arrays: HeadArrays;
  /** What continuing the training needs in addition: class names, and the VAE. */
  readonly learned: Parameters<typeof named>[0] | undefined;
  readonly good: readonly GoodImage[];
  /** See `TrainingSet`. */
  readonly judged?: FloatArray | undefined;
}

const falseAlarmRate = 0.01; // the default of a new model, which can be changed in the bundle

/** Turns the result of a training into the parts of a bundle. */
export function bundleParts(content: BundleContent): BundleParts {
  const { options, encoder, spec, graph, head: headConfig, arrays, learned, good, judged: places } = content;
  const { config, seed, split } = options;
  const head = headPart(arrays, headConfig);
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
      classes: split.classes.map((entry, order) => classEntry(entry, order, places && judgedText(rowOfJudged(places, order)))),
      score: { imageScore: image, lambda, semantic },
      display: fitDisplayRange(good),
      decision: { falseAlarmRate, classes: decisionsOf(good, split.classes.length) },
      config,
    },
    encoder: {
      model: graph,
      inputs: { image: f32(null, side, side, 3) },
      outputs: ["features", "z"],
    },
    head,
    byClass: byClassPart(named(arrays), spec, classParts(arrays, head)),
    weights: withoutTables(named({ ...arrays, ...learned }), head),
  };
}

/** The entry of a class in model.json. @param judged the positions that the class judges; undefined if it judges all */
function classEntry({ name, train }: SplitClass, order: number, judged: string | undefined) {
  const range = train[0]?.range;
  return {
    name,
    trainImages: train.length,
    order,
    ...(range !== undefined && { range }),
    ...(judged !== undefined && { judged }),
  };
}

/** The entries of all classes in the decision of a bundle. */
function decisionsOf(good: readonly GoodImage[], classes: number) {
  const byClass = Array.from({ length: classes }, (_, label) => good.filter((image) => image.label === label));
  return byClass.map((own) => decisionOf(own, classes > 1));
}

/** The entry of a class in the decision of a bundle. @param own its good images @param others whether there are other classes */
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
