import { check, listOf, tensor, whole } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";

/** float32 represents the products of numbers below this exactly, so every engine computes the same. */
const prime = 2039;
const rounds = [
  [1103, 17],
  [709, 5],
  [1999, 11],
  [331, 3],
] as const;

type Pair = readonly [tf.Tensor, tf.Tensor];

/**
 * Uniform numbers in [0, 1) from a seed that is an input of the graph, so that each step can draw different ones. The same seed gives the same numbers on
 * every engine. They are suitable for dropout and noise, but not for cryptography; a tensor may have up to 4 million of them.
 * @param shape without a free dimension
 * @param seed int32 scalar from 0 to 4,157,520, such as the number of the step
 * @param stream the number of the draw within a step, from 0 to 1000; draws with different numbers are independent
 */
export function uniformFrom<R extends tf.Rank>(shape: readonly number[], seed: tf.Tensor, stream = 0): tf.Tensor<R> {
  check("uniformFrom", { shape, seed, stream }, { shape: listOf(whole(1)), seed: tensor(0), stream: whole(0, 1000) });
  const size = shape.reduce((product, n) => product * n, 1);
  check("uniformFrom", { numbers: size }, { numbers: whole(1, prime * prime) });
  const places = Array.from({ length: size }, (_, i) => i);
  const split = (divide: (i: number) => number) => tf.tensor1d(places.map(divide), "float32");
  const key = mix(moved(mix(halves(seed.toFloat())), [tf.scalar(stream), tf.scalar(7 * stream)]));
  const place = mix([split((i) => i % prime), split((i) => Math.floor(i / prime))]);
  const [a, b] = mix(moved(place, key));
  return tf.add(tf.mul(a, 1 / prime), tf.mul(b, 1 / prime ** 2)).reshape<tf.Tensor<R>>([...shape]);
}

const moved = (pair: Pair, by: Pair): Pair => [modulo(pair[0].add(by[0])), modulo(pair[1].add(by[1]))];

/** A generalised Feistel network over whole numbers below the prime, in which each half changes the other by a square. */
function mix([first, second]: Pair): Pair {
  let [a, b] = [first, second];
  for (const [times, plus] of rounds) {
    a = grown(a, b, times, plus);
    b = grown(b, a, times, plus);
  }
  return [a, b];
}

function grown(a: tf.Tensor, by: tf.Tensor, times: number, plus: number): tf.Tensor {
  const square = modulo(modulo(by.square()).mul(times));
  return modulo(
    a
      .add(square)
      .add(modulo(by.mul(plus)))
      .add(plus),
  );
}

/** The low and the high part of a whole number. */
function halves(x: tf.Tensor): Pair {
  const high = tf.floor(x.add(0.5).div(prime));
  return [x.sub(high.mul(prime)), high];
}

/** The remainder of whole numbers below prime^2. Adding a half before the division avoids rounding errors. */
function modulo(x: tf.Tensor): tf.Tensor {
  return halves(x)[0];
}
