import { float32, type NdArray, type Rng } from "@ltad/core";
import { check, func, having, tensor, whole } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";
import { checkSizes, linear } from "./linear.js";

// Shapes: B batch, L steps of a sequence, I inputs, H hidden units, G gates (4 for an LSTM, 3 for a GRU).

/** The parameters of a cell under torch's names: weight_ih [G H, I], weight_hh [G H, H], biases [G H]. */
export type Recurrent<T = tf.Tensor> = {
  readonly weight_ih: T;
  readonly weight_hh: T;
  readonly bias_ih: T;
  readonly bias_hh: T;
};

/** The state of an LSTM, [B, H] each. */
export type LstmState = { readonly h: tf.Tensor2D; readonly c: tf.Tensor2D };

/** Initialises an LSTM as torch does, with U(-1 / sqrt(H), 1 / sqrt(H)). */
export const initLstm = (inputs: number, hidden: number, rng: Rng): Recurrent<NdArray> => initCell("initLstm", 4, inputs, hidden, rng);

/** Initialises a GRU; see {@link initLstm}. */
export const initGru = (inputs: number, hidden: number, rng: Rng): Recurrent<NdArray> => initCell("initGru", 3, inputs, hidden, rng);

function initCell(where: string, gates: number, inputs: number, hidden: number, rng: Rng): Recurrent<NdArray> {
  checkSizes(where, { inputs, hidden, rng });
  const bound = 1 / Math.sqrt(hidden);
  const drawn = (...shape: number[]) =>
    float32(
      shape,
      rng.uniforms(
        shape.reduce((product, n) => product * n, 1),
        -bound,
        bound,
      ),
    );
  const rows = gates * hidden;
  return { weight_ih: drawn(rows, inputs), weight_hh: drawn(rows, hidden), bias_ih: drawn(rows), bias_hh: drawn(rows) };
}

const cellRule = having("a cell { weight_ih, weight_hh, bias_ih, bias_hh }", "weight_ih", "weight_hh", "bias_ih", "bias_hh");

/**
 * One step of an LSTM, as torch.nn.LSTMCell.
 * @param x [B, I]
 * @returns the next state
 * @see Hochreiter and Schmidhuber 1997, with a forget gate (Gers et al. 2000)
 */
export function lstmCell(p: Recurrent, x: tf.Tensor2D, state: LstmState): LstmState {
  check("lstmCell", { p, x, state }, { p: cellRule, x: tensor(2), state: having("a state { h, c }", "h", "c") });
  const all = tf.add(fromInput(p, x), fromState(p, state.h)); // [B, 4 H]
  const [input, forget, cell, output] = tf.split(all, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const c = tf.add<tf.Tensor2D>(tf.mul(tf.sigmoid(forget), state.c), tf.mul(tf.sigmoid(input), tf.tanh(cell)));
  return { h: tf.mul(tf.sigmoid(output), tf.tanh(c)), c };
}

/**
 * One step of a GRU, as torch.nn.GRUCell.
 * @param x [B, I]
 * @param h [B, H]
 * @returns the next state, [B, H]
 * @see Cho et al. 2014; the reset gate is applied after the product
 */
export function gruCell(p: Recurrent, x: tf.Tensor2D, h: tf.Tensor2D): tf.Tensor2D {
  check("gruCell", { p, x, h }, { p: cellRule, x: tensor(2), h: tensor(2) });
  const [resetX, updateX, newX] = tf.split(fromInput(p, x), 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const [resetH, updateH, newH] = tf.split(fromState(p, h), 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const update = tf.sigmoid(tf.add(updateX, updateH));
  const candidate = tf.tanh(tf.add(newX, tf.mul(tf.sigmoid(tf.add(resetX, resetH)), newH)));
  return tf.add(candidate, tf.mul(update, tf.sub(h, candidate)));
}

const fromInput = (p: Recurrent, x: tf.Tensor2D) => linear({ weight: p.weight_ih, bias: p.bias_ih }, x);
const fromState = (p: Recurrent, h: tf.Tensor2D) => linear({ weight: p.weight_hh, bias: p.bias_hh }, h);

/**
 * A state of zeros for every row of a batch, whose size may be free.
 * @param x [B, ...]
 * @returns [B, H]
 */
export function zeroState(x: tf.Tensor, hidden: number): tf.Tensor2D {
  check("zeroState", { x, hidden }, { x: tensor(), hidden: whole(1) });
  const first = x
    .slice(
      x.shape.map(() => 0),
      [-1, ...x.shape.slice(1).map(() => 1)],
    )
    .reshape([-1, 1]); // [B, 1]
  return tf.matMul(first.mul(0), tf.zeros([1, hidden]));
}

/**
 * Runs a cell along a sequence. The graph contains each step, so its size grows with L.
 * @param xs [B, L, I]
 * @param step computes the next state from [B, I] and the previous state
 * @returns the states of all L steps
 */
export function unrolled<S>(xs: tf.Tensor3D, start: S, step: (x: tf.Tensor2D, state: S) => S): S[] {
  check("unrolled", { xs, step }, { xs: tensor(3), step: func });
  const states: S[] = [];
  for (const x of tf.unstack(xs, 1) as tf.Tensor2D[]) states.push(step(x, states.at(-1) ?? start));
  return states;
}
