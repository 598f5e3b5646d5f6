import * as tf from "@tensorflow/tfjs";

// A dilated filter is a larger filter with zeros in between, so its gradients are those of the larger one, of which the zeros are left out.

/** [kernel .., a, b] -> [(kernel - 1) by + 1 .., a, b], zeros in between. */
export function dilate(filter: tf.Tensor, by: readonly number[]): tf.Tensor {
  const [kernel, channels] = split(filter.shape);
  const cells = kernel.flatMap((k) => [k, 1]);
  const pads = by.flatMap((d): [number, number][] => [
    [0, 0],
    [0, d - 1],
  ]);
  const none = channels.map((): [number, number] => [0, 0]);
  const spread = filter.reshape([...cells, ...channels]).pad([...pads, ...none]);
  const long = spread.reshape([...kernel.map((k, i) => k * by[i]!), ...channels]);
  return long.slice(
    long.shape.map(() => 0),
    [...kernel.map((k, i) => (k - 1) * by[i]! + 1), ...channels],
  );
}

/** The adjoint of {@link dilate}: every by-th place along each axis of the kernel. */
function undilate(filter: tf.Tensor, by: readonly number[]): tf.Tensor {
  const [long, channels] = split(filter.shape);
  const kernel = long.map((n, i) => (n - 1) / by[i]! + 1);
  const padded = filter.pad([...by.map((d): [number, number] => [0, d - 1]), ...channels.map((): [number, number] => [0, 0])]);
  const cells = padded.reshape([...kernel.flatMap((k, i) => [k, by[i]!]), ...channels]);
  const first = cells.slice(
    cells.shape.map(() => 0),
    [...kernel.flatMap((k) => [k, 1]), ...channels],
  );
  return first.reshape([...kernel, ...channels]);
}

const split = (shape: readonly number[]) => [shape.slice(0, -2), shape.slice(-2)] as const;

/** Runs a kernel that TF.js has no public function for. */
export const run = (kernelName: string, inputs: tf.NamedTensorMap, attributes: object) =>
  tf.engine().runKernel<tf.Tensor>(kernelName, inputs, attributes as tf.NamedAttrMap);

interface Backward {
  readonly input: string;
  readonly filter: string;
}

function gradientOf(kernelName: string, backward: Backward): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as [tf.Tensor, tf.Tensor];
      const { strides, pad, dataFormat, dimRoundingMode, dilations } = attrs as unknown as tf.Conv2DAttrs;
      const spatial = filter.rank - 2;
      const by = perAxis(dilations ?? 1, spatial);
      const dense = by.every((d) => d === 1) ? filter : dilate(filter, by);
      const inner = { strides, pad, dataFormat: dataFormat ?? "NHWC", dimRoundingMode, dilations: perAxis(1, spatial) };
      return {
        x: () => run(backward.input, { dy: dy as tf.Tensor, filter: dense }, { ...inner, inputShape: x.shape }),
        filter: () => {
          const dw = run(backward.filter, { x, dy: dy as tf.Tensor }, { ...inner, filterShape: dense.shape });
          return dense === filter ? dw : undilate(dw, by);
        },
      };
    },
  };
}

const perAxis = (n: number | readonly number[], axes: number): readonly number[] =>
  typeof n === "number" ? new Array<number>(axes).fill(n) : n;

/** Convolutions; TF.js refuses dilated ones. */
export const convolutionGradients: readonly tf.GradConfig[] = [
  gradientOf("Conv2D", { input: "Conv2DBackpropInput", filter: "Conv2DBackpropFilter" }),
  gradientOf("Conv3D", { input: "Conv3DBackpropInputV2", filter: "Conv3DBackpropFilterV2" }),
  gradientOf("DepthwiseConv2dNative", {
    input: "DepthwiseConv2dNativeBackpropInput",
    filter: "DepthwiseConv2dNativeBackpropFilter",
  }),
  {
    // tf.conv3dTranspose. Its adjoint is the convolution itself.
    kernelName: "Conv3DBackpropInputV2",
    inputsToSave: ["dy", "filter"],
    gradFunc: (upstream, saved, attrs) => {
      const [dy, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
      const { strides, pad } = attrs as unknown as tf.Conv3DBackpropInputV2Attrs;
      const x = upstream as tf.Tensor5D;
      return {
        dy: () => tf.conv3d(x, filter, strides, pad),
        filter: () => run("Conv3DBackpropFilterV2", { x, dy }, { strides, pad, filterShape: filter.shape }),
      };
    },
  },
];
