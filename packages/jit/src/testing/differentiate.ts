import { flatten, isNdArray, type MapTree, type NdArray, type Tree, unflatten } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { toTensor } from "../tensors.js";

type LossOf<P> = (params: MapTree<P, NdArray, tf.Tensor>) => tf.Scalar;

/** A loss and its gradient for every parameter, under the flattened names. */
export function differentiate<P extends Tree<NdArray>>(params: P, loss: LossOf<P>) {
  return tf.tidy(() => {
    const start = leaves(params);
    const names = Object.keys(start);
    const byList = (...list: tf.Tensor[]) =>
      loss(unflatten(Object.fromEntries(names.map((name, i) => [name, list[i]!]))) as MapTree<P, NdArray, tf.Tensor>);
    const { value, grads } = tf.valueAndGrads(byList)(Object.values(start).map(toTensor));
    const gradients = Object.fromEntries(names.map((name, i) => [name, grads[i]!.dataSync() as Float32Array]));
    return { loss: value.dataSync()[0]!, gradients };
  });
}

/** Plain gradient descent on one batch: the parameters after it, and the loss before each step. */
export function descend<P extends Tree<NdArray>>(params: P, loss: LossOf<P>, steps: number, rate: number) {
  const losses: number[] = [];
  let flat = leaves(params);
  for (let step = 0; step < steps; step++) {
    const { loss: value, gradients } = differentiate(unflatten(flat) as P, loss);
    losses.push(value);
    const moved = (array: NdArray, name: string) => ({
      ...array,
      data: array.data.map((x, i) => x - rate * gradients[name]![i]!),
    });
    flat = mapValues(flat, moved);
  }
  return { params: unflatten(flat), losses };
}

/** Parameters by flattened name. */
export function leaves(params: Tree<NdArray>): Record<string, NdArray> {
  return flatten<NdArray>(params, isNdArray);
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
