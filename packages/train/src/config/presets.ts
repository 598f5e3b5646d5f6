import type { TrainConfig } from "./config-schema.js";

/** The settings that the presets share. */
const shared = {
  encoder: { image: "efficientnet-b0", text: "use-lite", precision: "float32" },
  names: { tokens: 4, deviation: 0.02, normalPrompt: "a", abnormalPrompt: "a broken", prototypes: "initial" },
  mixing: { enabled: true, pMin: 0.5, gamma: 0.5, samples: 24 },
} satisfies Partial<TrainConfig>;
const augment = {
  batch: 8,
  learningRate: 1e-3,
  warmup: 20,
  weightDecay: 1e-4,
  clipNorm: 1,
  latent: 64,
  width: 64,
  beta: 1e-3,
} satisfies Partial<TrainConfig["augment"]>;
/** The default preset, whose settings were measured to be best on real images (docs/decisions/0008). */
export const recommended: TrainConfig = {
  ...shared,
  preset: "recommended",
  features: { inputSize: "auto", tile: null, stages: "auto", gridStride: "auto", shrink: "area", length: "unit" },
  whitening: { by: "class", ridge: 0.01, meanPrior: 10, positionRank: "auto", positionPrior: 100 },
  copies: { upTo: 64 },
  mixing: { ...shared.mixing, enabled: false },
  sampling: { classPower: -0.5 },
  augment: { ...augment, steps: 200, betaWarmup: 100 },
  anomaly: { kind: "directed", low: 1, high: 3, foreign: 0.5 },
  reconstruct: { kind: "token-mlp", width: 256, hidden: 448, blocks: 2 },
  semantic: { kind: "mlp", width: 256 },
  detect: {
    steps: 160,
    learningRate: 3e-3,
    warmup: 50,
    schedule: "cosine",
    weightDecay: 1e-4,
    clipNorm: 1,
    images: 32,
    tokens: 32,
  },
  score: { semantic: "logit", lambda: 0.1, image: "max" },
};

/** The statistics of `recommended` without anything that is learned in steps. The score is the length of a whitened patch. */
export const fast: TrainConfig = {
  ...recommended,
  preset: "fast",
  reconstruct: { kind: "none" },
  semantic: { kind: "none" },
  score: { ...recommended.score, lambda: 0 },
};

/** The paper's method, with UniAD's transformer, jitter and learning rates where the paper does not state its own (docs/method.md). */
export const paper: TrainConfig = {
  ...shared,
  preset: "paper",
  names: { ...shared.names, prototypes: "learned" },
  features: { inputSize: 224, tile: null, stages: [1, 2, 3, 5], gridStride: 16, shrink: "bilinear", length: "raw" },
  whitening: { ...recommended.whitening, by: "none" }, // one Phi_l for each stage
  copies: { upTo: 0 },
  sampling: { classPower: 0 },
  augment: { ...augment, steps: 500, betaWarmup: 200 },
  anomaly: { kind: "jitter", alpha: 20 },
  reconstruct: { kind: "uniad", width: 256, heads: 8, hidden: 1024, encoderLayers: 4, decoderLayers: 4, neighbourhood: 7 },
  semantic: { kind: "linear" },
  detect: {
    steps: 1500,
    learningRate: 1e-4,
    warmup: 0,
    schedule: "step",
    weightDecay: 1e-4,
    clipNorm: 0.1,
    images: 8,
    tokens: null,
  },
  score: { semantic: "posterior", lambda: 1, image: "pooled" },
};

export const presets = { recommended, fast, paper } as const;
