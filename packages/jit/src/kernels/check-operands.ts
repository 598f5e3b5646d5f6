import * as tf from "@tensorflow/tfjs";
import { poolInfo } from "./pooling.js";

// TF.js leaves some checks to the kernels of its backends. Without them here, a faulty graph would fail only when ONNX Runtime loads it, and the error
// could not name the line of the caller.

type Shape = readonly number[];
type Operands = Readonly<Record<string, { readonly shape: Shape; readonly dtype?: string } | undefined>>;
type Attributes = Readonly<Record<string, unknown>>;
type Check = (operands: Operands, attributes: Attributes) => void;

const axisOf = (name: string): Check => {
  return (operands, { axis, dims }) => {
    const given = (axis ?? dims) as number | number[] | undefined;
    if (given !== undefined) tf.util.parseAxisParam(given, [...shapeOf(operands, name)]);
  };
};

const oneAxis: Check = (operands, attributes) => {
  axisOf("x")(operands, attributes);
  const axes = [attributes["axis"]].flat();
  if (axes.length !== 1) throw new Error(`expected one axis, received [${axes.join(", ")}]`);
};

const broadcasting =
  (left: string, right: string): Check =>
  (operands) =>
    void tf.broadcast_util.assertAndGetBroadcastShape([...shapeOf(operands, left)], [...shapeOf(operands, right)]);

const product: Check = (operands, { transposeA, transposeB }) => {
  const [a, b] = [shapeOf(operands, "a"), shapeOf(operands, "b")];
  const [inner, outer] = [a.at(transposeA ? -2 : -1), b.at(transposeB ? -1 : -2)];
  if (inner !== outer) throw new Error(`the inner sizes of [${a.join(", ")}] and [${b.join(", ")}] differ: ${inner} and ${outer}`);
  tf.broadcast_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2));
};

const alike: Check = (operands) => {
  const shapes = listOf(operands);
  const other = shapes.find((shape) => shape.join() !== shapes[0]?.join());
  if (other) throw new Error(`expected tensors of one shape, received [${shapes[0]!.join(", ")}] and [${other.join(", ")}]`);
};

const concatenated: Check = (operands, { axis }) => {
  const shapes = listOf(operands).map((shape) => [...shape]);
  tf.backend_util.assertParamsConsistent(shapes, tf.util.parseAxisParam(axis as number, shapes[0]!)[0]!);
};

const paddings: Check = (operands, { paddings: pairs }) => {
  const { length } = shapeOf(operands, "x");
  const given = pairs as readonly (readonly number[])[];
  const fits = given.length === length && given.every((pair) => pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= 0));
  if (!fits) throw new Error(`expected ${length} pairs of whole numbers as paddings, received ${JSON.stringify(given)}`);
};

const segments: Check = (operands) => {
  const [ids, x] = [shapeOf(operands, "segmentIds"), shapeOf(operands, "x")];
  if (ids[0] !== x[0]) throw new Error(`expected one segment for each of ${x[0]} rows, received ${ids[0]}`);
};

const pieces: Check = (operands, { numOrSizeSplits, axis }) => {
  const shape = shapeOf(operands, "x");
  const [at] = tf.util.parseAxisParam(axis as number, [...shape]);
  tf.backend_util.prepareSplitSize({ shape } as unknown as tf.Tensor, numOrSizeSplits as number[] | number, at);
};

const indices: Check = (operands) => {
  const [params, own] = [shapeOf(operands, "params"), shapeOf(operands, "indices")];
  if (own.at(-1)! > params.length) throw new Error(`indices of ${own.at(-1)} numbers cannot point into [${params.join(", ")}]`);
};

/** The gradient of a convolution with these attributes has one place for each output of the convolution. */
const places =
  (isDepthwise: boolean): Check =>
  (operands, attributes) => {
    const [dy, filter] = [shapeOf(operands, "dy"), shapeOf(operands, "filter")];
    const { inputShape, strides, pad, dimRoundingMode } = attributes as unknown as tf.Conv2DBackpropInputAttrs;
    const info = tf.backend_util.computeConv2DInfo(
      inputShape,
      filter as [number, number, number, number],
      strides,
      1,
      pad,
      dimRoundingMode,
      isDepthwise,
    );
    const expected = [info.outHeight, info.outWidth];
    if (expected.some((n, axis) => n !== dy[axis + 1]))
      throw new Error(
        `[${inputShape.slice(1, 3).join(", ")}] places become [${expected.join(", ")}] by this convolution, and not [${dy.slice(1, 3).join(", ")}]. ` +
          'Choose another size, and of a pool with a gradient the rounding "floor"',
      );
  };

/** TF.js does not tell the gradient how the pool has rounded its size. */
const roundedDown: Check = (operands, attributes) => {
  const { outShape } = poolInfo({ shape: shapeOf(operands, "input") }, attributes as unknown as Parameters<typeof poolInfo>[1]);
  if (outShape.some((n, axis) => n !== shapeOf(operands, "dy")[axis]))
    throw new Error('a pool that rounds its size by "ceil" has no gradient here. Pad the tensor and round by "floor"');
};

const einsum: Check = (operands, { equation }) => {
  const shapes = listOf(operands);
  const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation as string, shapes.length);
  for (const [i, shape] of shapes.entries())
    if (idDims[i]?.length !== shape.length)
      throw new Error(`einsum names ${idDims[i]?.length} axes of operand ${i}, which has [${shape.join(", ")}]`);
  const like = shapes.map((shape) => ({ shape }) as unknown as tf.Tensor);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, like);
};

const each = (names: string, check: Check) => Object.fromEntries(names.split(" ").map((name) => [name, check]));

const checks: Readonly<Record<string, Check>> = {
  ...each(
    "Add Sub Multiply RealDiv FloorDiv Pow Maximum Minimum Mod SquaredDifference Atan2 BitwiseAnd " +
      "Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr LogicalXor",
    broadcasting("a", "b"),
  ),
  Prelu: broadcasting("x", "alpha"),
  ...each("Sum Mean Max Min Prod All Any Reverse", axisOf("x")),
  ...each("ArgMax ArgMin Cumsum Cumprod", oneAxis),
  GatherV2: axisOf("x"),
  ...each("BatchMatMul _FusedMatMul", product),
  ...each("Pack AddN", alike),
  Concat: concatenated,
  ...each("PadV2 MirrorPad", paddings),
  Slice: (operands, { begin, size }) => {
    const x = { shape: [...shapeOf(operands, "x")] } as unknown as tf.Tensor;
    const [first, sizes] = tf.slice_util.parseSliceParams(x, begin as number[], size as number[]);
    tf.slice_util.assertParamsValid(x, first!, sizes!);
  },
  SplitV: pieces,
  UnsortedSegmentSum: segments,
  GatherNd: indices,
  Einsum: einsum,
  Conv2DBackpropInput: places(false),
  DepthwiseConv2dNativeBackpropInput: places(true),
  ...each("MaxPoolGrad MaxPool3DGrad", roundedDown),
};

const shapeOf = (operands: Operands, name: string): Shape => operands[name]?.shape ?? [];

const listOf = (operands: Operands): Shape[] =>
  Object.keys(operands)
    .filter((key) => /^\d+$/.test(key))
    .map((key) => operands[key]!.shape);

/** For these kernels, TF.js computes invalid booleans from booleans: 2 for true + true, 255 for false - true. */
const noBooleans = new Set(
  "Abs Add AddN ClipByValue Cumprod FloorDiv Mod Neg Pow Prelu RealDiv Relu Sign Square SquaredDifference Sub".split(" "),
);

/** What is wrong with the operands of a kernel, in words; undefined if it can run. */
export function operandFault(kernel: string, operands: Operands, attributes: object): string | undefined {
  const isBoolean = Object.values(operands).some((operand) => operand?.dtype === "bool");
  if (isBoolean && noBooleans.has(kernel)) return "they are booleans. Make numbers of them first, with toInt() or toFloat()";
  try {
    checks[kernel]?.(operands, attributes as Attributes);
  } catch (error) {
    return (error as Error).message.trim().replace(/\.$/, "");
  }
  return undefined;
}

/** A shape that no tensor can have, such as that of a window larger than its map. */
export function impossibleShape(shapes: readonly Shape[]): Shape | undefined {
  return shapes.find((shape) => shape.some((n) => !Number.isInteger(n) || n < 0));
}
