import { weightTypes } from "@ltad/core";
import * as z from "zod";

// One schema for everything that determines a model. docs/method.md explains each field, and which choices are the paper's (P) and which are ours (O).

const count = z.int().positive();
const positive = z.number().positive();
const share = z.number().min(0).max(1);

const encoder = z.strictObject({
  image: z
    .string()
    .min(1)
    .describe(
      "frozen image encoder: a short name, a model folder, owner/name@revision on the Hugging Face hub, npm:PACKAGE@VERSION or an address",
    ),
  text: z.string().min(1).describe("frozen text encoder, named in the same way"),
  precision: z.enum(weightTypes).describe("how the bundle stores the image encoder's weights: full size, half or a quarter"),
});

/** A value that follows from the encoder; `fitConfig` computes it. */
const auto = z.literal("auto");

const features = z.strictObject({
  inputSize: count
    .or(auto)
    .describe(
      "side of the square input in pixels, preferably a multiple of the encoder's strides; auto: 24 places, or with tiles the images' size",
    ),
  tile: count
    .nullable()
    .describe("side of the overlapping tiles in which the encoder processes a larger input, in pixels; null: as a whole"),
  stages: z.array(count).nonempty().or(auto).describe("encoder stages that form the patches; auto: follows from their strides"),
  gridStride: count.or(auto).describe("stride of the common grid in pixels; auto: the encoder's largest of at most 16"),
  shrink: z.enum(["area", "bilinear"]).describe("how maps finer than the grid are reduced to it"),
  length: z.enum(["unit", "raw"]).describe("unit: each stage's part of a patch is scaled to one length; raw: as the encoder gives it"),
});

const whitening = z.strictObject({
  by: z.enum(["class", "none"]).describe("class: whiten with the covariance of each class; none: standardise the channels"),
  ridge: positive.describe("added to the eigenvalues of the covariance"),
  meanPrior: z.number().nonnegative().describe("number of images that the class's mean counts as in the mean at each position"),
  positionRank: z
    .int()
    .nonnegative()
    .or(auto)
    .describe("axes along which each position has a variance of its own, 0 for none; auto: 8, or as many as fit into 6 MB a class"),
  positionPrior: positive.describe("number of images that the class's covariance counts as in the covariance at each position"),
});

const copies = z.strictObject({
  upTo: z
    .int()
    .nonnegative()
    .describe("classes of at most this many images learn from turned copies where those fit the class; 0 for none"),
});

const names = z.strictObject({
  tokens: count.describe("M, length of a pseudo class name"),
  deviation: positive.describe("standard deviation of its initial values around the mean token"),
  normalPrompt: z.string().min(1).describe("v_n"),
  abnormalPrompt: z.string().min(1).describe("v_a"),
  prototypes: z
    .enum(["learned", "initial", "random"])
    .describe(
      "learned: of names that phase 1 has learned; initial: of names as they start; random: unit vectors in place of the text encoder's (ablation)",
    ),
});

const sampling = z.strictObject({
  classPower: z.number().describe("both phases draw an image of a class of n images with weight n^classPower"),
});

const optimiser = {
  steps: count,
  learningRate: positive,
  warmup: z.int().nonnegative().describe("steps of linear warm-up"),
  weightDecay: z.number().nonnegative(),
  clipNorm: positive.describe("maximum norm of the gradient"),
};

const augment = z.strictObject({
  ...optimiser,
  batch: count.describe("images per step"),
  latent: count,
  width: count.describe("channels of the decoder's finest stage"),
  beta: z.number().nonnegative().describe("weight of the KL divergence"),
  betaWarmup: z.int().nonnegative().describe("steps until beta is reached"),
});

const mixing = z.strictObject({
  enabled: z.boolean().describe("replace real features with synthesised ones with probability 1 - p_c"),
  pMin: share,
  gamma: z.number().nonnegative(),
  samples: count.describe("synthesised images drawn for each class"),
});

const anomaly = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("jitter"), alpha: positive.default(20).describe("UniAD's scale") }),
  z.strictObject({
    kind: z.literal("directed"),
    low: positive.default(1).describe("smallest length of the noise, in units of sqrt(D)"),
    high: positive.default(3).describe("largest length of the noise, in units of sqrt(D)"),
    foreign: share.default(0.5).describe("share of the noise that points towards a patch of another class"),
  }),
]);

const reconstruct = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("token-mlp"), width: count.default(256), hidden: count.default(512), blocks: count.default(3) }),
  z.strictObject({
    kind: z.literal("uniad"),
    width: count.default(256),
    heads: count.default(8),
    hidden: count.default(1024),
    encoderLayers: count.default(4),
    decoderLayers: count.default(4),
    neighbourhood: z.int().nonnegative().default(7).describe("side of the blocked window, 0 for none"),
  }),
  z.strictObject({
    kind: z.literal("prenorm"),
    width: count.default(256),
    heads: count.default(8),
    hidden: count.default(1024),
    layers: count.default(4),
  }),
]);

const semantic = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("linear") }),
  z.strictObject({ kind: z.literal("mlp"), width: count.default(256) }),
]);

const detect = z.strictObject({
  ...optimiser,
  schedule: z.enum(["cosine", "step"]).describe("cosine: falls to 0; step: a tenth of the rate after 80 % of the steps"),
  images: count.describe("images per step"),
  tokens: count.nullable().describe("patches drawn from each image; null: all of them"),
});

const score = z.strictObject({
  semantic: z.enum(["logit", "posterior"]).describe("logit: standardised by the class; posterior: the paper's"),
  lambda: z.number().nonnegative().describe("S = S_rec + lambda S_sem"),
  image: z.enum(["max", "pooled"]).describe("max of the map; UniAD's pooled max"),
});

/** The schema of a training config: everything that determines a model besides the data, the split and the seed. */
export const configSchema = z.strictObject({
  preset: z.enum(["recommended", "fast", "paper"]),
  encoder,
  features,
  whitening,
  copies,
  names,
  sampling,
  augment,
  mixing,
  anomaly,
  reconstruct,
  semantic,
  detect,
  score,
});

export type TrainConfig = z.infer<typeof configSchema>;
