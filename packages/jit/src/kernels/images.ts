import * as tf from "@tensorflow/tfjs";
import { add, cast, compare, matMul, mul, pad, reshape, sub, unary, where } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { range } from "../graph/shape.js";
import { kernel, type Kernels } from "./kernel.js";
import { padsOf, windowOf } from "./window.js";

// Shapes: B images, H x W pixels, C channels, N boxes, h x w pixels of a result.

type Four = [number, number, number, number];

/** Operations on images beside convolutions, pools and resizes. */
export const images: Kernels = {
  CropAndResize: kernel<"image" | "boxes" | "boxInd", tf.CropAndResizeAttrs>((g, { image: pixels, boxes, boxInd }, a) => {
    const image = cast(g, pixels, "float32");
    const [, height, width, channels] = image.shape as Four;
    const [h, w] = a.cropSize;
    const n = boxes.shape[0]!;
    const rows = placesInBox(g, boxes, 0, height, h, a.method); // matrix [N, h, H]
    const columns = placesInBox(g, boxes, 1, width, w, a.method); // matrix [N, w, W]
    const shape = [n, height, width, channels];
    const source = g.add("Gather", [image, cast(g, boxInd, "int32")], shape, { attributes: { axis: 0 } });
    const tall = reshape(g, matMul(g, rows.matrix, reshape(g, source, [n, height, width * channels])), [n, h, width, channels]);
    const crops = matMul(g, reshape(g, columns.matrix, [n, 1, w, width]), tall); // [N, h, w, C]
    const inside = compare(g, "And", reshape(g, rows.inside, [n, h, 1, 1]), reshape(g, columns.inside, [n, 1, w, 1]));
    return where(g, inside, crops, g.number("float32", a.extrapolationValue));
  }),
  RotateWithOffset: kernel<"image", tf.RotateWithOffsetAttrs>((g, { image }, a) => {
    const [batch, height, width, channels] = image.shape as Four;
    const places = rotatedPlaces(height, width, a);
    const rows = reshape(g, image, [batch, height * width, channels]);
    const turned = g.add("Gather", [rows, g.ints(places.map((p) => Math.max(p, 0)))], rows.shape, { attributes: { axis: 1 } });
    const inside = g.constant(
      "bool",
      [height * width, 1],
      Uint8Array.from(places, (p) => (p < 0 ? 0 : 1)),
    );
    const { fillValue: fill } = a;
    const colour = typeof fill === "number" ? [fill] : range(0, channels).map((c) => (c === 3 ? 255 : (fill[c] ?? 0)));
    const outside = g.constant("float32", [colour.length], Float32Array.from(colour));
    return reshape(g, g.full(where(g, inside, turned, cast(g, outside, image.dtype))), image.shape);
  }),
  Dilation2D: kernel<"x" | "filter", tf.Dilation2DAttrs>((g, { x, filter }, a) => {
    // The largest of x + filter over the window: one shifted image for each place of the filter.
    const w = windowOf(dilationInfo(x.shape, filter.shape, a));
    const [batch, , , channels] = x.shape as Four;
    const [top, left, bottom, right] = padsOf(w) as Four;
    const wide = pad(g, x, [0, top, left, 0], [0, bottom, right, 0], g.number("float32", -Infinity));
    const [kh, kw] = w.kernel as [number, number];
    const shifted = range(0, kh * kw).map((k) => {
      const begin = [Math.floor(k / kw) * w.dilations[0]!, (k % kw) * w.dilations[1]!];
      const end = begin.map((from, i) => from + (w.output[i]! - 1) * w.strides[i]! + 1);
      const seen = g.add("Slice", [wide, g.ints(begin), g.ints(end), g.ints([1, 2]), g.ints(w.strides)], [batch, ...w.output, channels]);
      const row = g.add("Slice", [reshape(g, filter, [kh * kw, channels]), g.ints([k]), g.ints([k + 1]), g.ints([0])], [1, channels]);
      return add(g, seen, row);
    });
    return shifted.length === 1 ? shifted[0]! : g.elementwise("Max", shifted);
  }),
};

/** Places of pixels that TF.js's rotation takes, row by row; -1 outside. */
export function rotatedPlaces(height: number, width: number, { radians, center }: tf.RotateWithOffsetAttrs): number[] {
  const [cx, cy] = tf.backend_util.getImageCenter(center, height, width);
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  return range(0, height * width).map((i) => {
    const [x, y] = [(i % width) - cx, Math.floor(i / width) - cy];
    const [column, row] = [Math.round(x * cos - y * sin + cx), Math.round(x * sin + y * cos + cy)];
    return column >= 0 && column < width && row >= 0 && row < height ? row * width + column : -1;
  });
}

export function dilationInfo(x: readonly number[], filter: readonly number[], { strides, pad, dilations }: tf.Dilation2DAttrs) {
  return tf.backend_util.computeDilation2DInfo(x as Four, filter as [number, number, number], strides, pad, "NHWC", dilations);
}

/** For each box, the matrix [N, size, from] that interpolates along one axis (1 - distance, or the nearest), and which places lie inside. */
function placesInBox(g: Graph, boxes: Value, axis: 0 | 1, from: number, size: number, method: "bilinear" | "nearest") {
  const n = boxes.shape[0]!;
  const edge = (at: number) => g.add("Slice", [boxes, g.ints([at]), g.ints([at + 1]), g.ints([1])], [n, 1]);
  const share = range(0, size).map((i) => (size > 1 ? i / (size - 1) : 0.5));
  const weights = (list: number[]) =>
    g.full(
      g.constant(
        "float32",
        [1, size],
        Float32Array.from(list, (s) => s * (from - 1)),
      ),
    );
  const place = add(g, mul(g, edge(axis), weights(share.map((s) => 1 - s))), mul(g, edge(axis + 2), weights(share))); // [N, size]
  const number = (value: number) => g.number("float32", value);
  const pixels = g.constant("float32", [1, 1, from], Float32Array.from(range(0, from)));
  const spread = reshape(g, place, [n, size, 1]);
  const matrix =
    method === "nearest"
      ? cast(g, compare(g, "Equal", unary(g, "Floor", add(g, spread, number(0.5))), pixels), "float32")
      : unary(g, "Relu", sub(g, number(1), unary(g, "Abs", sub(g, spread, pixels))));
  const inside = compare(g, "And", compare(g, "GreaterOrEqual", place, number(0)), compare(g, "LessOrEqual", place, number(from - 1)));
  return { matrix, inside };
}
