// The repository has two other bilinear resizers with half-pixel centres, which loop over Float32Arrays: @ltad/detector enlarges heat maps without
// TensorFlow.js, and @ltad/data resizes images with antialiasing kernels. They share no code with this one, because a dense matrix would be slower for
// the two or few samples that they interpolate.

/** How a pixel of the result is mapped to a position in the source, as in TF.js. */
export interface ResizeRule {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** The matrix [to, from] of bilinear interpolation along one axis; each row sums to 1. */
export function bilinearMatrix(from: number, to: number, rule: ResizeRule): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(place(i, from, to, rule), 0), from - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, from - 1);
    matrix[i * from + low] = matrix[i * from + low]! + (1 - (at - low));
    matrix[i * from + high] = matrix[i * from + high]! + (at - low);
  }
  return matrix;
}

/** The matrix [to, from] of nearest neighbours along one axis, with a single 1 in each row. */
export function nearestMatrix(from: number, to: number, rule: ResizeRule): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const scale = rule.alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
    const at = rule.halfPixelCenters ? (i + 0.5) * scale : i * scale;
    const nearest = rule.alignCorners ? Math.round(at) : Math.floor(at);
    matrix[i * from + Math.min(nearest, from - 1)] = 1;
  }
  return matrix;
}

function place(i: number, from: number, to: number, { alignCorners, halfPixelCenters }: ResizeRule): number {
  if (alignCorners) return to > 1 ? (i * (from - 1)) / (to - 1) : 0;
  const scale = from / to;
  return halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale;
}
