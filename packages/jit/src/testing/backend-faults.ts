type Fault = readonly [programs: RegExp, why: string];

/** Kernels that backends of TF.js 4.22 do not have, of those that the programs of the conformance test need. */
export const missingKernels: Readonly<Record<string, readonly string[]>> = {
  cpu: [],
  wasm: ["Conv2DBackpropFilter", "DepthwiseConv2dNativeBackpropInput", "Einsum", "UnsortedSegmentSum"],
  tensorflow: ["BitwiseAnd", "DenseBincount", "MaxPoolWithArgmax", "RotateWithOffset", "SearchSorted"],
};

/** Faults of the backend "tensorflow" that tfjs-node-gpu does not have, with the library of the `tensorflow` wheel, on a CPU. */
export const notInGpuBuild = ["kernel volumes: convolution"];

/**
 * What TF.js 4.22's own backends do wrongly or refuse, seen on the programs of the conformance test; the compiled engine runs all of
 * them. On wasm some of these write outside of their memory, so that they are not run at all.
 */
export const backendFaults: Readonly<Record<string, readonly Fault[]>> = {
  cpu: [],
  wasm: [
    [/^golden max_pool/, "MaxPool's gradient is wrong"],
    [/^golden one_hot|^golden top_k|one-hot with values/, "OneHot with float32 values reads foreign memory"],
    [/^kernel casts/, "Cast to bool keeps numbers other than 0 and 1"],
    [/^kernel booleans moved about/, "bools that are moved write outside of the memory"],
    [/^kernel integers$|^kernel mod and floorDiv/, "FloorDiv gives float32"],
    [/^kernel gathers in batches/, "GatherV2 with batches is wrong"],
    [/^kernel fused products/, "fused activations of products are wrong"],
    [/^kernel convolution and pool with explicit/, "rounded paddings are wrong"],
    [/^kernel first-channel convolution/, "there is no channels-first convolution"],
    [
      /^kernel largest with places|^kernel dilations|^kernel volumes: pools/,
      "largest of negative numbers is 1.2e-38 (MaxPool3D, MaxPoolWithArgmax, Dilation2D)",
    ],
    [/^kernel volumes: convolution/, "gradients of convolutions of volumes are wrong"],
    [/^kernel rotations/, "RotateWithOffset fills the fourth channel with 255"],
  ],
  tensorflow: [
    [
      /^golden conv2d_explicit|^golden conv2d_symmetric|^golden depthwise_explicit|with explicit and rounded pads/,
      "paddings other than SAME and VALID are refused",
    ],
    [/^kernel first-channel convolution/, "TensorFlow has no channels-first convolution on the CPU"],
    [/^kernel volumes: convolution/, "TensorFlow has no dilated convolution of volumes on the CPU"],
    [/^kernel mod and floorDiv/, "FloorDiv gives float32"],
    [/^kernel integers$|^kernel orders/, "some kernels of integers and bools are refused"],
    [/^kernel sparse to dense/, "indices that are out of order are refused"],
    [/^kernel einsum with spaces/, "spaces in an equation are refused"],
  ],
};
