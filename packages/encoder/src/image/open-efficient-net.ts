import { type WeightFile, LtadError, type TensorInfo } from "@ltad/core";
import type { EfficientNetPlan } from "./architecture.js";
import { namingStyle, type NamingStyle } from "./efficient-net-names.js";
import { efficientNetPlan, type EfficientNetVariant, efficientNetVariants } from "./efficient-net-plans.js";
import { huggingFacePlan, type PlanInUse } from "./hugging-face-plan.js";
import { efficientNetEncoder, type ImageEncoder } from "./image-encoder.js";
import { timmProcessing } from "./preprocessing.js";
import { expectedTensors, readEfficientNet } from "./read-efficient-net.js";

/** The other files of the model, and what the caller knows about it. */
export interface EfficientNetContext {
  /** The name of the folder or file, for errors and for the encoder. */
  readonly source: string;
  readonly name: string;
  /** Content of config.json: Hugging Face's or timm's. */
  readonly config?: unknown;
  /** Content of preprocessor_config.json. */
  readonly preprocessor?: unknown;
  /** The name that timm uses: `efficientnet_b4` (symmetric padding) or `tf_efficientnet_b4` (SAME). It takes precedence over the config. */
  readonly architecture?: string | undefined;
}

/**
 * Opens an EfficientNet from PyTorch weights, with the names of transformers (AlignModel, EfficientNetModel), timm or torchvision.
 * Without a config the tensors determine the variant, and timm's names without `tf_` mean symmetric padding.
 * @throws LtadError `LTAD_WEIGHTS` when it is not an EfficientNet, or naming the first tensor that does not fit
 */
export async function openEfficientNet(checkpoint: WeightFile, context: EfficientNetContext): Promise<ImageEncoder> {
  const { source, name } = context;
  const style = namingStyle(checkpoint.tensors);
  if (!style)
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: expected an EfficientNet's tensors (embeddings.convolution, conv_stem or features.0.0), found ${firstNames(checkpoint.tensors)}.`,
      { details: { source, otherKind: true } },
    );
  const { plan, epsilon } = planOf(checkpoint, style, context);
  return efficientNetEncoder({ ...plan, name }, await readEfficientNet(checkpoint, plan, style, epsilon, source));
}

function planOf({ tensors }: WeightFile, style: NamingStyle, context: EfficientNetContext): PlanInUse {
  const { source, preprocessor } = context;
  const config = (context.config ?? {}) as {
    model_type?: unknown;
    vision_config?: unknown;
    architecture?: unknown;
    pretrained_cfg?: unknown;
  };
  if (style.library === "hugging-face") {
    if (config.model_type === "align") return huggingFacePlan("align", config.vision_config, preprocessor, source);
    if (config.model_type === "efficientnet") return huggingFacePlan("efficientnet", config, preprocessor, source);
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: these are the tensors of an EfficientNet of transformers; its config.json must be in the same folder.`,
    );
  }
  const architecture = context.architecture ?? (typeof config.architecture === "string" ? config.architecture : undefined);
  const { variant, tensorflow } = parseArchitecture(architecture, source) ?? { variant: nearestVariant(tensors, style), tensorflow: false };
  const plan = efficientNetPlan(variant, tensorflow ? "same" : "symmetric");
  const deep = style.library === "torchvision" && ["b5", "b6", "b7"].includes(variant);
  return { plan: { ...plan, ...timmSettings(config.pretrained_cfg, plan.inputSize) }, epsilon: tensorflow || deep ? 1e-3 : 1e-5 };
}

/** Reads timm's name: `tf_efficientnet_b4.ns_jft_in1k` is b4 with TensorFlow's padding. */
function parseArchitecture(name: string | undefined, source: string): { variant: EfficientNetVariant; tensorflow: boolean } | undefined {
  if (name === undefined) return undefined;
  const [, tf, variant] = /^(tf_)?efficientnet[_-](b[0-7])(?:\..*)?$/.exec(name) ?? [];
  if (variant) return { variant: variant as EfficientNetVariant, tensorflow: tf !== undefined };
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${source}: architecture: expected efficientnet_b0 to efficientnet_b7 or tf_efficientnet_b0 to tf_efficientnet_b7, received ${name}.`,
  );
}

/** The variant that has the most tensors, by name and shape, in common with a checkpoint. */
function nearestVariant(tensors: Readonly<Record<string, TensorInfo>>, style: NamingStyle): EfficientNetVariant {
  const shared = (variant: EfficientNetVariant) => {
    const expected = Object.entries(expectedTensors(efficientNetPlan(variant), style));
    const found = expected.filter(([name, shape]) => tensors[name]?.shape.join() === shape.join()).length;
    return found - (Object.keys(tensors).filter(style.isBody).length - found); // tensors that the variant lacks count against it
  };
  return efficientNetVariants.reduce((best, next) => (shared(next) > shared(best) ? next : best));
}

/** What timm's config.json states about the input image. */
function timmSettings(pretrained: unknown, usualSize: number): Partial<EfficientNetPlan> {
  if (typeof pretrained !== "object" || pretrained === null) return {};
  const { mean, std, input_size: size } = pretrained as { mean?: unknown; std?: unknown; input_size?: unknown };
  const isThree = (value: unknown): value is number[] =>
    Array.isArray(value) && value.length === 3 && value.every((n) => typeof n === "number");
  const inputSize = isThree(size) ? size[2]! : usualSize;
  return {
    ...(isThree(mean) && { mean }),
    ...(isThree(std) && { deviation: std }),
    inputSize,
    processing: timmProcessing(pretrained, inputSize),
  };
}

function firstNames(tensors: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(tensors);
  return names.length === 0 ? "none" : `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
}
