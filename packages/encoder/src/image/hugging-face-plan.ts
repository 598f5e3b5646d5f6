import { LtadError } from "@ltad/core";
import * as z from "zod";
import type { EfficientNetPlan } from "./architecture.js";
import { imageNetDeviation, imageNetMean, scaledStages } from "./efficient-net-plans.js";
import { squashTo } from "./image-processing.js";
import { type Preprocessing, readPreprocessing } from "./preprocessing.js";

const seven = z.array(z.int().positive()).min(1);
const coefficient = z.number().positive().max(16);

/** The fields of transformers' EfficientNetConfig and AlignVisionConfig that affect the result. Their defaults are those of B7. */
const schema = z.looseObject({
  width_coefficient: coefficient.default(2),
  depth_coefficient: coefficient.default(3.1),
  depth_divisor: z.int().positive().default(8),
  kernel_sizes: seven.default([3, 3, 5, 3, 5, 5, 3]),
  in_channels: seven.default([32, 16, 24, 40, 80, 112, 192]),
  out_channels: seven.default([16, 24, 40, 80, 112, 192, 320]),
  depthwise_padding: z.array(z.int().nonnegative()).default([]),
  strides: seven.default([1, 2, 2, 2, 1, 2, 1]),
  num_block_repeats: seven.default([1, 2, 2, 3, 3, 4, 1]),
  expand_ratios: seven.default([1, 6, 6, 6, 6, 6, 6]),
  squeeze_expansion_ratio: z.number().positive().max(1).default(0.25),
  hidden_act: z.enum(["swish", "silu"]).default("swish"),
  batch_norm_eps: z.number().positive().default(1e-3),
  image_size: z.int().positive().default(600),
  num_channels: z.literal(3).default(3),
});

/** A plan, and the epsilon of the batch norms, which is needed to fold them into the weights. */
export interface PlanInUse {
  readonly plan: EfficientNetPlan;
  readonly epsilon: number;
}

/**
 * Reads the plan that a Hugging Face folder describes.
 * @param config the `vision_config` of an AlignModel, or the config of an EfficientNetModel
 * @param preprocessor content of `preprocessor_config.json`, where there is one
 * @throws LtadError `LTAD_WEIGHTS` naming the field that cannot be used
 */
export function huggingFacePlan(kind: "align" | "efficientnet", config: unknown, preprocessor: unknown, source: string): PlanInUse {
  const parsed = schema.safeParse(config);
  if (!parsed.success) {
    const { path = [], message = "" } = parsed.error.issues[0] ?? {};
    const what = `Expected the config.json of an ${kind === "align" ? "AlignModel" : "EfficientNetModel"}.`;
    throw new LtadError("LTAD_WEIGHTS", `${source}: config.json: ${path.join(".")}: ${message}. ${what}`, { cause: parsed.error });
  }
  const c = parsed.data;
  const [mean, deviation] = kind === "align" ? [half, half] : [imageNetMean, imageNetDeviation];
  const own: Preprocessing = { mean, deviation, processing: squashTo(c.image_size) };
  const { processing, ...seen } =
    preprocessor === undefined ? own : readPreprocessing(preprocessor, own, `${source}: preprocessor_config.json`);
  const table = {
    kernels: c.kernel_sizes,
    strides: c.strides,
    expansions: c.expand_ratios,
    channels: c.out_channels,
    blocks: c.num_block_repeats,
  };
  const { width_coefficient: width, depth_coefficient: depth, depth_divisor: divisor } = c;
  if (Object.values(table).some((list) => list.length !== c.out_channels.length))
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: config.json: its lists of stages have different lengths. Copy config.json from the model again.`,
    );
  return {
    plan: {
      name: kind,
      inputSize: processing.size,
      ...scaledStages({ ...table, stem: c.in_channels[0]!, width, depth, divisor }),
      squeeze: c.squeeze_expansion_ratio,
      padding: "trailing",
      ...(c.depthwise_padding.length > 0 && { symmetricBlocks: c.depthwise_padding }),
      ...seen,
      ...(preprocessor !== undefined && { processing }),
    },
    epsilon: c.batch_norm_eps,
  };
}

const half = [0.5, 0.5, 0.5];
