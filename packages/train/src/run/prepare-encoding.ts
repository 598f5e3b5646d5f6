import type { JobOptions } from "@ltad/core";
import type { Split } from "@ltad/data";
import { type AnyImageEncoder, loadImageEncoder, loadTextEncoder, type TextEncoder } from "@ltad/encoder";
import { featuresId } from "@ltad/feature-store";
import { encoderGraph, type FeatureSpec, featureSpec } from "@ltad/features";
import { fitConfig, type FittedConfig } from "../config/fit-config.js";
import type { TrainOptions } from "../train-options.js";

/** How the images of a training are encoded. */
export interface Encoding {
  readonly encoder: AnyImageEncoder;
  readonly config: FittedConfig;
  readonly spec: FeatureSpec;
  /** The graph that encodes them, an ONNX file. */
  readonly graph: Uint8Array;
  /** The name of its features. */
  readonly featuresId: string;
}

/** What {@link prepareEncoding} takes of the options of a training. */
export type EncodingOptions = Pick<TrainOptions, "config" | "cacheDir" | "offline" | "encoders" | "hubEndpoint" | "hubToken" | "hubCache"> &
  JobOptions;

/**
 * Loads the image encoder and decides what the config leaves to it and to the images.
 * @throws LtadError when weights cannot be loaded or do not fit the config
 */
export async function prepareEncoding(split: Split, options: EncodingOptions): Promise<Encoding> {
  const encoder = options.encoders?.image ?? (await loadImageEncoder(options.config.encoder.image, options));
  const config = await fitConfig(options.config, encoder, split);
  const spec = featureSpec(encoder, config.features);
  const graph = encoderGraph(encoder, spec, config.encoder.precision);
  return { encoder, config, spec, graph, featuresId: featuresId(graph, spec) };
}

/** The text encoder; none where no module reads text. */
export async function textEncoderOf(options: EncodingOptions): Promise<TextEncoder | undefined> {
  const { encoder, semantic, mixing } = options.config;
  const readsText = semantic.kind !== "none" || mixing.enabled;
  return readsText ? (options.encoders?.text ?? (await loadTextEncoder(encoder.text, options))) : undefined;
}
