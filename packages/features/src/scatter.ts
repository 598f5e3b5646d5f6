import { float32, floats } from "@ltad/core";
import { check, whole } from "@ltad/core/check";
import { f32, jit } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { addOuter, columnSums } from "./accumulate.js";

// Shapes: R rows, C columns.

/** Products of matrices on ONNX Runtime. Call `dispose` at the end. */
export interface Scatter {
  /** X^T X for any number of rows [R, C]. @param total [C] the sum of the rows, if it is known @returns [C, C] */
  of(rows: Float32Array | Float64Array, total?: Float64Array): Promise<Float64Array>;
  /** tr(L S L^T) for matrices [C, C]. */
  trace(l: Float64Array, s: Float64Array): Promise<number>;
  dispose(): Promise<void>;
}

/**
 * Opens {@link Scatter}. The mean of the rows is subtracted before the product, which is in single precision, and added back in double precision, so
 * that a large mean does not hide a small spread.
 */
export async function openScatter(columns: number): Promise<Scatter> {
  check("openScatter", { columns }, { columns: whole(1) });
  const program = await jit(
    ({ x, mean }) => {
      const centred = tf.sub<tf.Tensor2D>(x, mean); // [R, C]
      return { product: tf.matMul(centred, centred, true, false) };
    },
    { x: f32(null, columns), mean: f32(columns) },
  );
  const square = f32(columns, columns);
  const traces = await jit(({ l, s }) => ({ rows: tf.sum(tf.mul(tf.matMul(l, s), l), 1) }), { l: square, s: square });
  return {
    async of(values, total = columnSums(values, columns)) {
      const rows = values.length / columns;
      const mean = total.map((sum) => sum / rows);
      const [x, shift] = values instanceof Float32Array ? [values, mean] : [centred(values, mean), new Float64Array(columns)];
      const { product } = await program.run({ x: float32([rows, columns], x), mean: float32([columns], shift) });
      const squares = Float64Array.from(floats(product, "product"));
      addOuter(squares, mean, mean, rows);
      return squares;
    },
    async trace(l, s) {
      const [left, middle] = [float32([columns, columns], l), float32([columns, columns], s)];
      return floats((await traces.run({ l: left, s: middle })).rows, "rows").reduce((sum, value) => sum + value, 0);
    },
    dispose: async () => void (await Promise.all([program.dispose(), traces.dispose()])),
  };
}

/** Subtracts the mean from rows before they are rounded to single precision. */
function centred(values: Float64Array, mean: Float64Array): Float32Array {
  const columns = mean.length;
  const out = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += columns) for (let c = 0; c < columns; c++) out[row + c] = values[row + c]! - mean[c]!;
  return out;
}
