import { float32, type NdArray } from "@ltad/core";
import { boolean, check, fields, having, number, optional, refuse, tensor, whole } from "@ltad/core/check";
import type * as tf from "@tensorflow/tfjs";
import { layerRule } from "./linear.js";

/** Gain and offset, [C] each, under torch's names. */
export type BatchNorm<T = tf.Tensor> = { readonly weight: T; readonly bias: T };

/** Running statistics, [C] each. They are buffers of a training, not parameters. */
export type RunningStatistics<T = tf.Tensor> = { readonly running_mean: T; readonly running_var: T };

/** Which statistics normalise a batch, and how fast the running ones follow. */
export interface BatchNormOptions {
  readonly training: boolean;
  /** The share of the new batch in the running statistics; 0.1 by default. */
  readonly momentum?: number;
  /** Is added to the variance; 1e-5 by default. */
  readonly epsilon?: number;
}

/** Initialises the gain to 1 and the offset to 0. */
export function initBatchNorm(channels: number): BatchNorm<NdArray> {
  check("initBatchNorm", { channels }, { channels: whole(1) });
  return { weight: ones(channels), bias: float32([channels]) };
}

/** Initialises the mean to 0 and the variance to 1. */
export function initRunningStatistics(channels: number): RunningStatistics<NdArray> {
  check("initRunningStatistics", { channels }, { channels: whole(1) });
  return { running_mean: float32([channels]), running_var: ones(channels) };
}

const ones = (size: number) => float32([size], new Float32Array(size).fill(1));
const optionsRule = fields({ training: boolean, momentum: optional(number(0, 1)), epsilon: optional(number(0)) });
const statisticsRule = having("running statistics { running_mean, running_var }", "running_mean", "running_var");

/**
 * Batch normalisation over all axes but the last, as torch.nn.BatchNorm2d for NHWC maps. Training uses the statistics of the batch, and inference uses
 * the running ones.
 * @param x [..., C]
 * @returns y [..., C], and the next running statistics, which a loss function returns as buffers
 * @see Ioffe and Szegedy 2015
 */
export function batchNorm<R extends tf.Rank>(
  p: BatchNorm,
  statistics: RunningStatistics,
  x: tf.Tensor<R>,
  options: BatchNormOptions,
): { readonly y: tf.Tensor<R>; readonly statistics: RunningStatistics } {
  const rules = { p: layerRule, statistics: statisticsRule, x: tensor(), options: optionsRule };
  check("batchNorm", { p, statistics, x, options }, rules);
  const channels = p.weight.shape[0];
  if (x.rank < 2 || x.shape.at(-1) !== channels)
    throw refuse("batchNorm: x", `two axes or more, the last of ${channels}, as the weight has`, x, "LTAD_SHAPE");
  const { training, momentum = 0.1, epsilon = 1e-5 } = options;
  const { running_mean: runningMean, running_var: runningVar } = statistics;
  if (!training) return { y: normalised(p, x, runningMean, runningVar, epsilon), statistics };
  const outer = Array.from({ length: x.rank - 1 }, (_, i) => i);
  const mean = x.mean(outer); // [C]
  const variance = x.sub(mean).square().mean(outer); // [C]
  const count = x
    .slice([...outer.map(() => 0), 0], [...outer.map(() => -1), 1])
    .mul(0)
    .add(1)
    .sum(); // the number of rows, for a free batch too
  const unbiased = variance.mul(count.div(count.sub(1).maximum(1))); // torch keeps the unbiased variance
  const next = (before: tf.Tensor, now: tf.Tensor) => before.mul(1 - momentum).add(now.mul(momentum));
  return {
    y: normalised(p, x, mean, variance, epsilon),
    statistics: { running_mean: next(runningMean, mean), running_var: next(runningVar, unbiased) },
  };
}

function normalised<R extends tf.Rank>(
  { weight, bias }: BatchNorm,
  x: tf.Tensor<R>,
  mean: tf.Tensor,
  variance: tf.Tensor,
  epsilon: number,
) {
  return x.sub(mean).mul(variance.add(epsilon).rsqrt()).mul(weight).add<tf.Tensor<R>>(bias);
}
