import * as tf from "@tensorflow/tfjs";

/** Sums a gradient over the axes along which its operand was repeated. */
function unbroadcast(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return (axes.length > 0 ? gradient.sum(axes) : gradient).reshape(shape);
}

type Slope = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

function binary(kernelName: string, slopeA: Slope, slopeB: Slope): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return {
        a: () => unbroadcast(slopeA(dy as tf.Tensor, a, b), a.shape),
        b: () => unbroadcast(slopeB(dy as tf.Tensor, a, b), b.shape),
      };
    },
  };
}

const keep = (dy: tf.Tensor, where: tf.Tensor) => tf.where(where, dy, tf.zerosLike(dy));

/** Kernels whose gradients in TF.js throw when the operands broadcast. Ties go to the first operand, as in TF.js. */
export const broadcastGradients: readonly tf.GradConfig[] = [
  binary(
    "Maximum",
    (dy, a, b) => keep(dy, a.greaterEqual(b)),
    (dy, a, b) => keep(dy, a.less(b)),
  ),
  binary(
    "Minimum",
    (dy, a, b) => keep(dy, a.lessEqual(b)),
    (dy, a, b) => keep(dy, a.greater(b)),
  ),
  binary(
    "SquaredDifference",
    (dy, a, b) => dy.mul(a.sub(b).mul(2)),
    (dy, a, b) => dy.mul(b.sub(a).mul(2)),
  ),
  {
    kernelName: "BatchMatMul",
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved, attributes) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const { transposeA, transposeB } = attributes as unknown as tf.BatchMatMulAttrs;
      const d = dy as tf.Tensor;
      return {
        a: () => unbroadcast(transposeA ? tf.matMul(b, d, transposeB, true) : tf.matMul(d, b, false, !transposeB), a.shape),
        b: () => unbroadcast(transposeB ? tf.matMul(d, a, true, transposeA) : tf.matMul(a, d, !transposeA, false), b.shape),
      };
    },
  },
];
