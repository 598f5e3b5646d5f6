import * as tf from "@tensorflow/tfjs";

/** Places given by tensors; TF.js has no gradient for these. */
export const indexingGradients: readonly tf.GradConfig[] = [
  {
    kernelName: "GatherNd",
    inputsToSave: ["params", "indices"],
    gradFunc: (dy, saved) => {
      const [params, indices] = saved as [tf.Tensor, tf.Tensor];
      return {
        params: () => tf.scatterND(indices, dy as tf.Tensor, params.shape),
        indices: () => tf.zeros(indices.shape),
      };
    },
  },
  {
    kernelName: "TopK",
    inputsToSave: ["x"],
    outputsToSave: [false, true],
    gradFunc: (dys, saved) => {
      const [x, places] = saved as [tf.Tensor, tf.Tensor];
      const [dy] = dys as [tf.Tensor];
      const n = x.shape.at(-1) as number;
      return { x: () => tf.oneHot(places, n, 1, 0, "float32").mul(dy.expandDims(-1)).sum(-2) };
    },
  },
];
