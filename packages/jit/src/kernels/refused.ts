/** Why a TF.js kernel cannot be traced, and what to write instead. */
export interface Refusal {
  readonly why: string;
  readonly instead: string;
}

const group = (names: string, why: string, instead: string): Record<string, Refusal> =>
  Object.fromEntries(names.split(" ").map((name) => [name, { why, instead }]));

const outside = "compute it outside and pass the result as an input";

/** Every kernel of TF.js 4.22 that cannot be traced. A test checks that no kernel is both here and in the table of kernels. */
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
  ...group("FromPixels Draw", "it works on images or canvases of the host", "pass the pixels as an input"),
  ...group(
    "Transform",
    "ONNX has none of its fill modes, and the cpu backend of TF.js transforms the first image only",
    "use tf.image.rotateWithOffset, tf.image.cropAndResize, or tf.gather with indices computed outside",
  ),
  ...group(
    "AvgPoolGrad AvgPool3DGrad Dilation2DBackpropInput Dilation2DBackpropFilter LRNGrad ResizeBilinearGrad ResizeNearestNeighborGrad",
    "our gradients use other kernels, so it is never called",
    "use tf.grad",
  ),
  ...group(
    "LowerBound UpperBound MatrixBandPart Pool",
    "TF.js 4.22 composes it from other kernels and never calls it",
    "use the tf operation",
  ),
};

/** Why a kernel that can be traced has no gradient. */
export const withoutGradient: Readonly<Record<string, string>> = {
  ...reason("it gives whole numbers", "Bincount DenseBincount BitwiseAnd SearchSorted"),
  ...reason("it has no operands", "Fill LinSpace Range"),
  ...reason("TF.js composes it from other kernels inside a gradient", "FusedConv2D FusedDepthwiseConv2D _FusedMatMul"),
  ...reason(
    "it is itself a gradient, and TF.js has no second derivative for it",
    "Conv2DBackpropFilter Conv3DBackpropFilterV2 DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput EluGrad MaxPool3DGrad MaxPoolGrad",
  ),
};

function reason(why: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(" ").map((name) => [name, why]));
}
