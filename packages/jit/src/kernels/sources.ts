import type * as tf from "@tensorflow/tfjs";
import type { GraphType } from "../graph/graph.js";
import { kernel, type Kernels } from "./kernel.js";

/** Tensors from nothing but attributes: constants of the graph. */
export const sources: Kernels = {
  Fill: kernel<never, tf.FillAttrs>((g, _, { shape, value, dtype }) => {
    const type = (dtype ?? "float32") as GraphType;
    const data =
      type === "float32" ? Float32Array.of(Number(value)) : type === "bool" ? Uint8Array.of(Number(value)) : Int32Array.of(Number(value));
    return g.constant(type, shape, data);
  }),
  Range: kernel<never, tf.RangeAttrs>((g, _, { start, stop, step, dtype }) => {
    const length = start === stop ? 0 : Math.max(0, Math.ceil((stop - start) / step));
    const values = Array.from({ length }, (__, i) => start + i * step);
    const type = (dtype ?? "float32") as GraphType;
    return g.constant(type, [length], type === "int32" ? Int32Array.from(values) : Float32Array.from(values));
  }),
  LinSpace: kernel<never, tf.LinSpaceAttrs>((g, _, { start, stop, num }) => {
    const step = (stop - start) / Math.max(1, num - 1);
    return g.constant(
      "float32",
      [num],
      Float32Array.from({ length: num }, (__, i) => start + i * step),
    );
  }),
};
