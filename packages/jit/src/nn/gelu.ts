import { check, tensor } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";

/**
 * GELU, x Phi(x), in its exact form with erf. @param x of any shape
 * @see Hendrycks and Gimpel 2016
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  check("gelu", { x }, { x: tensor() });
  const run = tf.customGrad((input, save) => {
    const z = input as tf.Tensor;
    const twice = tf.erf(z.div(Math.SQRT2)).add(1); // 2 Phi(x)
    (save as tf.GradSaveFunc)([z, twice]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [s, p] = saved as [tf.Tensor, tf.Tensor];
      const density = tf.exp(s.square().mul(-0.5)).mul(1 / Math.sqrt(2 * Math.PI));
      return dy.mul(p.mul(0.5).add(s.mul(density)));
    };
    return { value: z.mul(twice).mul(0.5), gradFunc }; // in this order ONNX Runtime fuses it into one Gelu when no gradient needs its parts
  });
  return run(x) as T;
}
