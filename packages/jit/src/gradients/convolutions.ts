import * as tf from "@tensorflow/tfjs";

// A dilated filter is a larger filter with zeros in between, so its gradients are those of the larger one, of which the zeros are left out.

type Attributes = tf.Conv2DAttrs;

/** [kh, kw, a, b] -> [(kh - 1) dh + 1, (kw - 1) dw + 1, a, b], zeros in between. */
function dilate(filter: tf.Tensor4D, [dh, dw]: readonly [number, number]): tf.Tensor4D {
  const [kh, kw, a, b] = filter.shape;
  const spread = filter.reshape([kh, 1, kw, 1, a, b]).pad([
    [0, 0],
    [0, dh - 1],
    [0, 0],
    [0, dw - 1],
    [0, 0],
    [0, 0],
  ]);
  const rows = spread.reshape<tf.Tensor4D>([kh * dh, kw * dw, a, b]);
  return tf.slice4d(rows, [0, 0, 0, 0], [(kh - 1) * dh + 1, (kw - 1) * dw + 1, a, b]);
}

/** The adjoint of {@link dilate}: every dh-th row and dw-th column. */
function undilate(filter: tf.Tensor4D, [dh, dw]: readonly [number, number]): tf.Tensor4D {
  const [h, w, a, b] = filter.shape;
  const [kh, kw] = [(h - 1) / dh + 1, (w - 1) / dw + 1];
  const padded = filter.pad([
    [0, dh - 1],
    [0, dw - 1],
    [0, 0],
    [0, 0],
  ]);
  return padded.reshape([kh, dh, kw, dw, a, b]).slice([0, 0, 0, 0, 0, 0], [kh, 1, kw, 1, a, b]).reshape<tf.Tensor4D>([kh, kw, a, b]);
}

const run = (kernelName: string, inputs: tf.NamedTensorMap, attributes: object) =>
  tf.engine().runKernel<tf.Tensor4D>(kernelName, inputs, attributes as tf.NamedAttrMap);

function gradientOf(kernelName: string, isDepthwise: boolean): tf.GradConfig {
  const backward = isDepthwise ? "DepthwiseConv2dNativeBackprop" : "Conv2DBackprop";
  return {
    kernelName,
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const { strides, pad, dataFormat, dimRoundingMode, dilations } = attrs as unknown as Attributes;
      const by = pair(dilations ?? 1);
      const dense = by[0] === 1 && by[1] === 1 ? filter : dilate(filter, by);
      const inner = { strides, pad, dataFormat: dataFormat ?? "NHWC", dimRoundingMode, dilations: [1, 1] };
      const upstream = dy as tf.Tensor4D;
      return {
        x: () => run(`${backward}Input`, { dy: upstream, filter: dense }, { ...inner, inputShape: x.shape }),
        filter: () => {
          const dw = run(`${backward}Filter`, { x, dy: upstream }, { ...inner, filterShape: dense.shape });
          return dense === filter ? dw : undilate(dw, by);
        },
      };
    },
  };
}

const pair = (n: number | readonly [number, number]): readonly [number, number] => (typeof n === "number" ? [n, n] : n);

/** Convolutions; TF.js refuses dilated ones. */
export const convolutionGradients: readonly tf.GradConfig[] = [gradientOf("Conv2D", false), gradientOf("DepthwiseConv2dNative", true)];
