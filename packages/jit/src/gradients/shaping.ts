import * as tf from "@tensorflow/tfjs";

const atAxis = (rank: number, axis: number, pair: readonly [number, number]): [number, number][] =>
  Array.from({ length: rank }, (_, i) => (i === axis ? [...pair] : [0, 0]));

/** Part of a tensor along one axis. */
function part(x: tf.Tensor, axis: number, from: number, size: number): tf.Tensor {
  return x.slice(
    x.shape.map((_, i) => (i === axis ? from : 0)),
    x.shape.with(axis, size),
  );
}

/** Adds what a mirrored padding of one axis took from the middle back to it. */
function foldMirror(dy: tf.Tensor, axis: number, [before, after]: readonly [number, number], skip: number): tf.Tensor {
  const n = dy.shape[axis]! - before - after;
  let dx = part(dy, axis, before, n);
  if (before > 0)
    dx = dx.add(
      part(dy, axis, 0, before)
        .reverse(axis)
        .pad(atAxis(dx.rank, axis, [skip, n - before - skip])),
    );
  if (after > 0)
    dx = dx.add(
      part(dy, axis, before + n, after)
        .reverse(axis)
        .pad(atAxis(dx.rank, axis, [n - after - skip, skip])),
    );
  return dx;
}

/** Zeros between the places that a strided slice has taken from one axis of length n. */
function spread(dy: tf.Tensor, axis: number, from: number, stride: number, n: number): tf.Tensor {
  const size = dy.shape[axis]!;
  const step = Math.abs(stride);
  const ordered = stride < 0 ? dy.reverse(axis) : dy;
  const first = stride < 0 ? from + (size - 1) * stride : from;
  const cells = ordered.expandDims(axis + 1).pad(atAxis(dy.rank + 1, axis + 1, [0, step - 1]));
  const long = part(cells.reshape(dy.shape.with(axis, size * step)), axis, 0, (size - 1) * step + 1);
  return long.pad(atAxis(dy.rank, axis, [first, n - first - long.shape[axis]!]));
}

/** Kernels that move numbers: MirrorPad is wrong in TF.js, the others have no gradient there. */
export const shapingGradients: readonly tf.GradConfig[] = [
  {
    kernelName: "Diag",
    inputsToSave: ["x"],
    gradFunc: (dy, saved) => {
      const { shape, size } = saved[0]!;
      return { x: () => (dy as tf.Tensor).reshape([size, size]).mul(tf.eye(size)).sum(1).reshape(shape) };
    },
  },
  {
    kernelName: "MirrorPad",
    gradFunc: (dy, _, attrs) => {
      const { paddings, mode } = attrs as unknown as tf.MirrorPadAttrs;
      const skip = mode === "reflect" ? 1 : 0;
      return { x: () => paddings.reduceRight<tf.Tensor>((g, p, axis) => foldMirror(g, axis, p, skip), dy as tf.Tensor) };
    },
  },
  {
    // TF.js takes the gradient of a split into one part for a list.
    kernelName: "SplitV",
    gradFunc: (dy, _, attrs) => ({ x: () => tf.concat([dy].flat(), (attrs as unknown as tf.SplitVAttrs).axis) }),
  },
  {
    kernelName: "StridedSlice",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const { shape } = saved[0]!;
      const a = attrs as unknown as tf.StridedSliceAttrs;
      const masks = [a.beginMask, a.endMask, a.ellipsisMask, a.newAxisMask, a.shrinkAxisMask] as const;
      const { begin, end, strides } = tf.slice_util.sliceInfo(shape, a.begin, a.end, a.strides, ...masks);
      const inner = shape.map((_, i) => Math.max(0, Math.ceil((end[i]! - begin[i]!) / strides[i]!)));
      const from = (dy as tf.Tensor).reshape(inner);
      return { x: () => shape.reduce<tf.Tensor>((g, n, i) => spread(g, i, begin[i]!, strides[i]!, n), from) };
    },
  },
  {
    kernelName: "DepthToSpace",
    gradFunc: (dy, _, attrs) => {
      const { blockSize: s, dataFormat } = attrs as unknown as tf.DepthToSpaceAttrs;
      return {
        x: () => {
          const nhwc = dataFormat === "NCHW" ? (dy as tf.Tensor).transpose([0, 2, 3, 1]) : (dy as tf.Tensor);
          const [b, h, w, c] = nhwc.shape as [number, number, number, number];
          const blocks = nhwc.reshape([b, h / s, s, w / s, s, c]).transpose([0, 1, 3, 2, 4, 5]);
          const x = blocks.reshape([b, h / s, w / s, s * s * c]);
          return dataFormat === "NCHW" ? x.transpose([0, 3, 1, 2]) : x;
        },
      };
    },
  },
];
