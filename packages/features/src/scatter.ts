import { float32, floats } from "@ltad/core";
import { check, whole } from "@ltad/core/check";
import { f32, jit } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { addInto, addOuter, columnSums } from "./accumulate.js";

// Shapes: N rows, C columns.

/** Products of matrices, on ONNX Runtime. */
export interface Scatter {
  /** X^T X of rows [N, C] */
  of(rows: Float32Array | Float64Array): Promise<Float64Array>;
  /** tr(L S L^T) of matrices [C, C] */
  trace(l: Float64Array, s: Float64Array): Promise<number>;
  dispose(): Promise<void>;
}

/**
 * Opens {@link Scatter}. The mean of the rows is taken away before the product, which is in single precision, and comes back in double
 * precision: a large mean does not hide a small spread.
 */
export async function openScatter(rows: number, columns: number): Promise<Scatter> {
  check("openScatter", { rows, columns }, { rows: whole(1), columns: whole(1) });
  const program = await jit(({ x }) => ({ product: tf.matMul(x, x, true, false) }), { x: f32(rows, columns) });
  const square = f32(columns, columns);
  const traces = await jit(({ l, s }) => ({ rows: tf.sum(tf.mul(tf.matMul(l, s), l), 1) }), { l: square, s: square });
  return {
    async of(values) {
      const mean = columnSums(values, columns).map((sum) => sum / rows);
      const x = float32([rows, columns]);
      for (let row = 0; row < values.length; row += columns) {
        for (let c = 0; c < columns; c++) x.data[row + c] = values[row + c]! - mean[c]!;
      }
      const total = new Float64Array(columns ** 2);
      addInto(total, floats((await program.run({ x })).product, "product"));
      addOuter(total, mean, mean, rows);
      return total;
    },
    async trace(l, s) {
      const [left, middle] = [float32([columns, columns], l), float32([columns, columns], s)];
      return floats((await traces.run({ l: left, s: middle })).rows, "rows").reduce((sum, value) => sum + value, 0);
    },
    dispose: async () => void (await Promise.all([program.dispose(), traces.dispose()])),
  };
}
