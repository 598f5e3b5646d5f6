import * as tf from "@tensorflow/tfjs";

/**
 * x Phi(x), the exact form with erf.
 * @see Hendrycks and Gimpel 2016
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  const run = tf.customGrad((input, save) => {
    const z = input as tf.Tensor;
    const phi = tf.erf(z.mul(Math.SQRT1_2)).add(1).mul(0.5);
    (save as tf.GradSaveFunc)([z, phi]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [s, p] = saved as [tf.Tensor, tf.Tensor];
      const density = tf.exp(s.square().mul(-0.5)).mul(1 / Math.sqrt(2 * Math.PI));
      return dy.mul(p.add(s.mul(density)));
    };
    return { value: z.mul(phi), gradFunc };
  });
  return run(x) as T;
}
