import { gelu } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";

/** The activation functions of text encoders, by their names in config.json. */
export const activations = {
  gelu,
  relu: <T extends tf.Tensor>(x: T): T => tf.relu(x),
  /** x sigmoid(1.702 x), as in OpenAI's CLIP. */
  quick_gelu: <T extends tf.Tensor>(x: T): T => x.mul(tf.sigmoid(x.mul(1.702))),
} as const;

export type Activation = keyof typeof activations;
