import * as tf from "@tensorflow/tfjs";

const zeros = (x: tf.Tensor | undefined) => () => tf.zeros(x!.shape);

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
    // As TF.js has it, but from the output: the step of what a Relu made is one node of ONNX.
    kernelName: "Relu",
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => (dy as tf.Tensor).mul(tf.step(y!)) }),
  },
];
