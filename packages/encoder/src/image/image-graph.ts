import type { WeightType } from "@ltad/core";
import { f32, toOnnx } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { compactOnnx, joinOnnx, readOnnx } from "@ltad/onnx";
import type { OnnxImageEncoder } from "../onnx/onnx-image-encoder.js";
import type { OnnxManifest, OnnxStage } from "../onnx/onnx-manifest.js";
import type { EncodedImages } from "./efficient-net.js";
import type { ImageEncoder } from "./image-encoder.js";

// Shapes: B images, S side in pixels, h side of a stage's map, T tokens, C channels.

/** A pure function of an encoder's outputs, which becomes part of the same graph. For an ONNX encoder it may use only operators of the model's operator set. */
export type ImageHead = (encoded: EncodedImages) => Record<string, tf.Tensor>;

/**
 * How the encoder's large weights are stored. With float16 they are rounded to half precision, and computed with in float32. With int8 they take a
 * byte each, and an ONNX encoder also multiplies by constant matrices in whole numbers. The head stays float32.
 */
export type Precision = WeightType;

/**
 * Exports an encoder and a head as one ONNX file, for either kind of encoder. Its input is `image`, float32 [B, S, S, 3], RGB in 0..1, with any
 * batch size B; its outputs are those of the head. The same encoder, size, head and precision give the same bytes.
 * @param size S, the side of the images in pixels
 * @throws LtadError `LTAD_CONFIG` when a weight does not fit the precision, `LTAD_WEIGHTS` when a model's operator set is too old
 */
export function imageGraph(
  encoder: ImageEncoder | OnnxImageEncoder,
  size: number,
  head: ImageHead,
  precision: Precision = "float32",
): Uint8Array {
  const inputs = { image: f32(null, size, size, 3) };
  if (encoder.kind === "network")
    return toOnnx(({ image }, constants) => head(encoder.forward(constants.encoder, image)), inputs, {
      constants: { encoder: encoder.params },
      weights: precision,
    });
  const { manifest, stages, zSize, file } = encoder;
  const before = toOnnx(({ image }) => ({ pixels: modelInput(image, manifest) }), inputs);
  const used = [...new Set([...manifest.stages.flatMap(({ outputs }) => outputs), ...(manifest.z === undefined ? [] : [manifest.z])])];
  const nameOf = (output: string) => `output${used.indexOf(output)}`;
  const specs = used.map((output) => {
    const at = manifest.stages.findIndex(({ outputs }) => outputs.includes(output));
    const stage = manifest.stages[at];
    return [nameOf(output), f32(...(stage ? outputShape(stage, size, stages[at]?.channels ?? 0) : [null, zSize]))] as const;
  });
  const after = toOnnx((outputs) => head(encoded((name) => outputs[nameOf(name)]!, manifest, size)), Object.fromEntries(specs));
  return joinOnnx(
    {
      before: readOnnx(before, "before"),
      middle: compactOnnx(file, precision, encoder.name),
      after: readOnnx(after, "after"),
      toMiddle: new Map([["pixels", manifest.input.name]]),
      toAfter: new Map(used.map((output) => [output, nameOf(output)])),
    },
    encoder.name,
  );
}

/** Normalises RGB in 0..1 and brings it into the layout that the model expects: [B, S, S, 3] -> [B, 3, S, S] or [B, S, S, 3]. */
function modelInput(image: tf.Tensor4D, { input }: OnnxManifest): tf.Tensor4D {
  const channels = (values: readonly number[]) => tf.tensor3d([...values], [3, 1, 1]);
  const normal = tf.transpose(image, [0, 3, 1, 2]).sub<tf.Tensor4D>(channels(input.mean)).div<tf.Tensor4D>(channels(input.std)); // [B, 3, S, S]
  return input.layout === "NCHW" ? normal : tf.transpose(normal, [0, 2, 3, 1]);
}

function outputShape({ layout, stride, drop }: OnnxStage, size: number, channels: number): (number | null)[] {
  const side = Math.floor(size / stride);
  return { tokens: [null, drop + side * side, channels], NCHW: [null, channels, side, side], NHWC: [null, side, side, channels] }[layout];
}

/** Turns the model's outputs into stages and z. */
function encoded(output: (name: string) => tf.Tensor, manifest: OnnxManifest, size: number): EncodedImages {
  const stages = manifest.stages.map((stage) => {
    const maps = stage.outputs.map((name) => toMap(output(name), stage, Math.floor(size / stage.stride)));
    const sum = maps.reduce((a, b) => a.add(b));
    return maps.length === 1 ? sum : sum.div<tf.Tensor4D>(maps.length); // [B, h, h, C]
  });
  const z = manifest.z === undefined ? gridMean(stages.at(-1)!) : (output(manifest.z) as tf.Tensor2D);
  return { stages, z };
}

/** Brings an output of any layout to [B, h, h, C], without class and register tokens. */
function toMap(x: tf.Tensor, { layout, drop }: OnnxStage, side: number): tf.Tensor4D {
  if (layout === "NHWC") return x as tf.Tensor4D;
  if (layout === "NCHW") return tf.transpose(x as tf.Tensor4D, [0, 2, 3, 1]);
  const channels = x.shape[2]!;
  return tf.slice(x as tf.Tensor3D, [0, drop, 0], [-1, side * side, -1]).reshape([-1, side, side, channels]);
}

/** The mean over the map, [B, h, h, C] -> [B, C], as a pooling, because that operator has the same form in every operator set. */
function gridMean(x: tf.Tensor4D): tf.Tensor2D {
  return tf.avgPool(x, x.shape[1], 1, "valid").reshape([-1, x.shape[3]]);
}
