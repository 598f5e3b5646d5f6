/** What every package.json says about the project; `npm run manifests` copies it there. The address of the repository is a placeholder. */
export const project = {
  repository: "https://github.com/ltad-node/ltad",
  author: "The LTAD for Node contributors",
  /** Every package is found under these words. */
  keywords: ["anomaly-detection", "visual-inspection", "computer-vision", "long-tail", "onnx"],
  /** A package of use to people who do something else is found under these words too. */
  ownKeywords: {
    "@ltad/data": ["mvtec-ad", "dataset", "images"],
    "@ltad/encoder": ["clip", "vision-transformer", "embeddings", "tensorflowjs"],
    "@ltad/hub": ["huggingface", "models", "download"],
    "@ltad/jit": ["tensorflowjs", "onnxruntime", "jit", "autodiff", "training"],
    "@ltad/metrics": ["metrics", "auroc", "average-precision", "aupro"],
    "@ltad/onnx": ["protobuf", "float16", "int8"],
    "@ltad/runtime": ["onnxruntime", "inference", "wasm"],
  },
  /** They are never published; everything else below packages/ and apps/ is, unless its manifest says `private`. */
  privateMembers: ["@ltad/bench", "@ltad/docs", "@ltad/examples", "@ltad/tools"],
};
