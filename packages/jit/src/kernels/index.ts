import { binary } from "./binary.js";
import { convolution } from "./convolution.js";
import { convolutionGradients } from "./convolution-gradients.js";
import { images } from "./images.js";
import { indexing } from "./indexing.js";
import type { Kernels } from "./kernel.js";
import { linalg } from "./linalg.js";
import { normalisation } from "./normalisation.js";
import { pooling } from "./pooling.js";
import { reductions } from "./reductions.js";
import { resize } from "./resize.js";
import { shaping } from "./shaping.js";
import { slicing } from "./slicing.js";
import { sources } from "./sources.js";
import { unary } from "./unary.js";

/** Families of rows; every TF.js kernel that can be traced is in exactly one. */
export const families = {
  unary,
  binary,
  linalg,
  reductions,
  shaping,
  slicing,
  indexing,
  sources,
  normalisation,
  convolution,
  "convolution gradients": convolutionGradients,
  pooling,
  resize,
  images,
} satisfies Record<string, Kernels>;

/** All rows by the name of their kernel. */
export const kernels: Kernels = Object.assign({}, ...Object.values(families)) as Kernels;
