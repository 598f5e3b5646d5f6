import { float32, floats } from "@ltad/core";
import { f32, jit } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { addInto, addOuter, columnSums } from "./accumulate.js";

// Shapes: N rows, C columns.

/** X^T X of rows [N, C], on ONNX Runtime. */
export interface Scatter {
  of(rows: Float32Array | Float64Array): Promise<Float64Array>;
  dispose(): Promise<void>;
}

/**
 * Opens {@link Scatter}. The mean of the rows is taken away before the product, which is in single precision, and comes back in double
 * precision: a large mean does not hide a small spread.
 */
export async function openScatter(rows: number, columns: number): Promise<Scatter> {
  const program = await jit(({ x }) => ({ product: tf.matMul(x, x, true, false) }), { x: f32(rows, columns) });
  return {
    async of(values) {
      const mean = columnSums(values, columns).map((sum) => sum / rows);
      const x = float32([rows, columns]);
      for (let i = 0; i < values.length; i++) x.data[i] = values[i]! - mean[i % columns]!;
      const total = new Float64Array(columns ** 2);
      addInto(total, floats((await program.run({ x })).product, "product"));
      addOuter(total, mean, mean, rows);
      return total;
    },
    dispose: () => program.dispose(),
  };
}
