/**
 * For each member of the workspace, the packages of ours that its shipped code imports: no more and no fewer. docs/architecture.md is drawn
 * from this list. `bench`, `docs`, `examples` and `tools` may import every package and are left out.
 */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  client: [],
  hub: ["core"],
  onnx: ["core"],
  runtime: ["core"],
  data: ["core"],
  metrics: ["core"],
  jit: ["core", "onnx", "runtime"],
  reconstruct: ["core", "jit"],
  semantic: ["core", "jit"],
  "vae-augment": ["core", "jit"],
  "feature-store": ["core", "data", "runtime"],
  encoder: ["core", "hub", "jit", "onnx", "runtime"],
  features: ["core", "encoder", "feature-store", "jit"],
  detector: ["core", "data", "onnx", "runtime"],
  page: ["core", "detector", "runtime"],
  evaluate: ["core", "data", "detector", "feature-store", "metrics"],
  train: ["core", "data", "detector", "encoder", "feature-store", "features", "jit", "onnx", "reconstruct", "semantic", "vae-augment"],
  fleet: ["core", "data", "detector", "feature-store", "features"],
  server: ["core", "detector", "page", "runtime"],
  ltad: ["core", "data", "detector", "encoder", "evaluate", "fleet", "hub", "metrics", "runtime", "server", "train"],
  trainer: ["ltad"],
  "server-app": ["core", "server"],
};

/** Members that stand beside the packages and may import all of them. */
export const free: readonly string[] = ["bench", "docs", "examples", "tools"];
