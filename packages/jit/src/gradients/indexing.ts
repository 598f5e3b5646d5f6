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
    kernelName: "ScatterNd",
    inputsToSave: ["indices"],
    gradFunc: (dy, saved) => {
      const [indices] = saved as [tf.Tensor];
      return { indices: () => tf.zeros(indices.shape), updates: () => tf.gatherND(dy as tf.Tensor, indices) };
    },
  },
  {
    // Where two updates meet, the last one has won in all engines; both get its gradient.
    kernelName: "TensorScatterUpdate",
    inputsToSave: ["indices", "updates"],
    gradFunc: (dy, saved) => {
      const [indices, updates] = saved as [tf.Tensor, tf.Tensor];
      return {
        // Not by tensorScatterUpdate: the cpu backend writes into its operand.
        tensor: () => {
          const written = tf.scatterND(indices, tf.onesLike(updates), (dy as tf.Tensor).shape).greater(0);
          return tf.where(written, tf.zerosLike(dy as tf.Tensor), dy as tf.Tensor);
        },
        indices: () => tf.zeros(indices.shape),
        updates: () => tf.gatherND(dy as tf.Tensor, indices),
      };
    },
  },
  {
    kernelName: "SparseToDense",
    inputsToSave: ["sparseIndices", "sparseValues"],
    gradFunc: (dy, saved) => {
      const [indices, values] = saved as [tf.Tensor, tf.Tensor];
      const places = indices.rank === 2 ? indices : indices.reshape([-1, 1]);
      const seen = () => tf.gatherND(dy as tf.Tensor, places);
      return {
        sparseIndices: () => tf.zeros(indices.shape),
        sparseValues: () => (values.rank === 0 ? seen().sum() : seen()),
        defaultValue: () => (dy as tf.Tensor).sum().sub(seen().sum()),
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
      const n = x.shape.at(-1)!;
      return { x: () => tf.oneHot(places, n, 1, 0, "float32").mul(dy.expandDims(-1)).sum(-2) };
    },
  },
];
