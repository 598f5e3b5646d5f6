import { listOf, type NdArray } from "@ltad/core";
import type { EfficientNetPlan } from "../image/architecture.js";
import type { Conv2d } from "@ltad/jit/nn";
import type { BlockParams, EfficientNetParams } from "../image/efficient-net.js";

/** One image on a grid of channels: value(y, x, c) at data[(y * width + x) * channels + c]. */
interface Grid {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float64Array;
}

/** EfficientNet as its definition says, in loops over one image and in double precision. */
export function plainEfficientNet(params: EfficientNetParams<NdArray>, image: Float32Array, size: number, plan: EfficientNetPlan) {
  const [mean, deviation] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ] as [number[], number[]];
  const normal = Float64Array.from(image, (value, i) => (value - mean[i % 3]!) / deviation[i % 3]!);
  let x = map(convolution({ height: size, width: size, channels: 3, data: normal }, params.stem, 2), swish);
  const stages = listOf(params.stages).map(({ blocks }, s) => {
    for (const [b, p] of listOf(blocks).entries()) x = block(x, p, b === 0 ? plan.stages[s]!.stride : 1);
    return x;
  });
  return { stages: stages.map(({ data }) => data), z: channelMeans(x) };
}

function block(input: Grid, p: BlockParams<NdArray>, stride: number): Grid {
  const wide = p.expand ? map(convolution(input, p.expand, 1), swish) : input;
  const filtered = map(convolution(wide, p.depthwise, stride, true), swish);
  const means: Grid = { height: 1, width: 1, channels: filtered.channels, data: channelMeans(filtered) };
  const weights = map(convolution(map(convolution(means, p.squeeze, 1), swish), p.excite, 1), sigmoid).data;
  const out = convolution(
    map(filtered, (value, i) => value * weights[i % filtered.channels]!),
    p.project,
    1,
  );
  return stride === 1 && out.channels === input.channels ? map(out, (value, i) => value + input.data[i]!) : out;
}

/** TensorFlow's SAME: the output has ceil(size / stride) positions; of an odd padding the larger half stands behind. */
function convolution({ height, width, channels, data }: Grid, { weight, bias }: Conv2d<NdArray>, stride: number, depthwise = false): Grid {
  const [kernel, , , last] = weight.shape as [number, number, number, number];
  const outChannels = depthwise ? channels : last;
  const [outHeight, outWidth] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const before = (size: number, out: number) => Math.floor(Math.max(0, (out - 1) * stride + kernel - size) / 2);
  const [top, left] = [before(height, outHeight), before(width, outWidth)];
  const result = new Float64Array(outHeight * outWidth * outChannels);
  for (let i = 0; i < result.length; i++) {
    const c = i % outChannels;
    const [oy, ox] = [Math.floor(i / outChannels / outWidth), Math.floor(i / outChannels) % outWidth];
    let sum = bias.data[c]!;
    for (let ky = 0; ky < kernel; ky++)
      for (let kx = 0; kx < kernel; kx++) {
        const [y, x] = [oy * stride + ky - top, ox * stride + kx - left];
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        for (let from = depthwise ? c : 0; from < (depthwise ? c + 1 : channels); from++)
          sum +=
            data[(y * width + x) * channels + from]! * weight.data[((ky * kernel + kx) * channels + from) * last + (depthwise ? 0 : c)]!;
      }
    result[i] = sum;
  }
  return { height: outHeight, width: outWidth, channels: outChannels, data: result };
}

function channelMeans({ height, width, channels, data }: Grid): Float64Array {
  const means = new Float64Array(channels);
  data.forEach((value, i) => (means[i % channels] = means[i % channels]! + value / (height * width)));
  return means;
}

function map(grid: Grid, change: (value: number, index: number) => number): Grid {
  return { ...grid, data: grid.data.map(change) };
}

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
const swish = (value: number) => value * sigmoid(value);
