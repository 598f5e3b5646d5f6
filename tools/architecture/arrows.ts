// The only allowed directions of imports: docs/architecture.md. `features` and `train` are the two packages that the design adds
// to the list; docs/decisions says why.

const models = ["reconstruct", "semantic", "vae-augment"];

/** For each member of the workspace, the packages below it. A name that is missing here may import nothing of ours. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  jit: ["core"],
  data: ["core"],
  metrics: ["core"],
  encoder: ["core", "jit"],
  features: ["core", "jit", "encoder"],
  reconstruct: ["core", "jit", "encoder", "features"],
  semantic: ["core", "jit", "encoder", "features"],
  "vae-augment": ["core", "jit", "encoder", "features"],
  detector: ["core", "jit", "data", "metrics", "encoder", "features", ...models],
  train: ["core", "jit", "data", "metrics", "encoder", "features", ...models, "detector"],
  trainer: ["core", "jit", "data", "metrics", "encoder", "features", ...models, "detector", "train"],
  server: ["core", "data", "detector"],
  docs: [],
  bench: ["core", "jit", "data", "metrics", "encoder", "features", ...models, "detector", "train"],
  tools: ["core", "jit", "data", "metrics", "encoder", "features", ...models, "detector", "train"],
};
