import * as tf from "@tensorflow/tfjs";

const zeros = (x: tf.Tensor | undefined) => () => tf.zeros((x as tf.Tensor).shape);

const one = ["LogicalNot", "Any", "All"];
const two = ["Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual", "LogicalAnd", "LogicalOr", "LogicalXor"];

/** Comparisons have slope 0. TF.js has none for most, so that tf.where(a.greater(b), ..) could not be differentiated. */
export const comparisonGradients: readonly tf.GradConfig[] = [
  ...two.map((kernelName) => ({
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (_: tf.Tensor | tf.Tensor[], [a, b]: tf.Tensor[]) => ({ a: zeros(a), b: zeros(b) }),
  })),
  ...one.map((kernelName) => ({
    kernelName,
    inputsToSave: ["x"],
    gradFunc: (_: tf.Tensor | tf.Tensor[], [x]: tf.Tensor[]) => ({ x: zeros(x) }),
  })),
  {
    // TF.js multiplies by a step function; choosing needs one pass less, and no NaN leaks from places that are switched off.
    kernelName: "Relu",
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => tf.where((y as tf.Tensor).greater(0), dy as tf.Tensor, tf.zerosLike(dy as tf.Tensor)) }),
  },
];
