/** Why a TF.js kernel has no row, and what to write instead. */
export interface Refusal {
  readonly why: string;
  readonly instead: string;
}

const group = (names: string, why: string, instead: string): Record<string, Refusal> =>
  Object.fromEntries(names.split(" ").map((name) => [name, { why, instead }]));

const outside = "compute it outside and pass the result as an input";

/** Every kernel of TF.js 4.22 that cannot be traced. Those that are here and in the table of rows would fail a test. */
export const refused: Readonly<Record<string, Refusal>> = {
  ...group("Unique", "the size of its result depends on the data", `${outside}, or count with tf.bincount or tf.oneHot`),
  ...group(
    "NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5",
    "which boxes remain depends on the data",
    "give boxes and scores as outputs and call tf.image.nonMaxSuppression on them",
  ),
  ...group("SparseSegmentMean SparseSegmentSum", "the size of its result depends on the data", "use tf.gather and tf.unsortedSegmentSum"),
  ...group("SparseFillEmptyRows SparseReshape BroadcastArgs", "it computes shapes from data", outside),
  ...group("RaggedGather RaggedRange RaggedTensorToTensor", "ragged tensors have sizes that depend on the data", outside),
  ...group("StaticRegexReplace StringNGrams StringSplit StringToHashBucketFast", "strings cannot be tensors in the graph", outside),
  ...group(
    "Complex ComplexAbs Real Imag FFT IFFT",
    "complex numbers cannot be traced",
    `${outside}, or multiply by a DFT matrix with tf.matMul`,
  ),
  ...group("Multinomial", "random numbers would be frozen into the graph", "draw them outside and pass them as an input"),
  ...group("FromPixels Draw", "it belongs to the host", "pass the pixels as an input"),
  ...group(
    "Transform",
    "ONNX has none of its fill modes, and the cpu backend of TF.js transforms the first image only",
    "use tf.image.rotateWithOffset, tf.image.cropAndResize, or tf.gather with places made outside",
  ),
  ...group(
    "AvgPoolGrad AvgPool3DGrad Dilation2DBackpropInput Dilation2DBackpropFilter LRNGrad ResizeBilinearGrad ResizeNearestNeighborGrad",
    "gradients of ours are made of other kernels, so that it is never called",
    "use tf.grad",
  ),
  ...group("LowerBound UpperBound MatrixBandPart Pool", "TF.js 4.22 composes it of others and never calls it", "use the operation of tf"),
};

/** Why a kernel that can be traced has no gradient. */
export const withoutGradient: Readonly<Record<string, string>> = {
  ...reason("it gives whole numbers", "Bincount DenseBincount BitwiseAnd SearchSorted"),
  ...reason("it has no operands", "Fill LinSpace Range"),
  ...reason("TF.js composes it of others inside a gradient", "FusedConv2D FusedDepthwiseConv2D _FusedMatMul"),
  ...reason(
    "it is itself the gradient of another; TF.js has no second one",
    "Conv2DBackpropFilter Conv3DBackpropFilterV2 DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput EluGrad MaxPool3DGrad MaxPoolGrad",
  ),
};

function reason(why: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(" ").map((name) => [name, why]));
}
