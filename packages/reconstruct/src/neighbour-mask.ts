import { float32, LtadError, type NdArray } from "@ltad/core";
import { check, number, pairOf, whole } from "@ltad/core/check";

/**
 * UniAD's neighbour mask. A query may not attend to itself or to the window around it, so that the network cannot copy a token.
 * @param grid rows and columns of the map, N = rows * columns
 * @param window height and width of the blocked window, odd
 * @returns [N, N], -Infinity where key (y', x') lies in the window around query (y, x), else 0; index y*columns + x
 * @throws LtadError `LTAD_CONFIG` when a side of the window is even, or when a query has nothing left to attend to (its softmax would be NaN)
 */
export function neighbourMask(grid: readonly [number, number], window: readonly [number, number]): NdArray {
  check("neighbourMask", { grid, window }, { grid: pairOf(whole(1)), window: pairOf(number()) });
  checkWindow(grid, window);
  const [rows, columns] = grid;
  const [up, left] = window.map((size) => (size - 1) / 2) as [number, number];
  const n = rows * columns;
  const mask = float32([n, n]);
  for (let q = 0; q < n; q++) {
    for (let k = 0; k < n; k++) {
      const near = Math.abs(rowOf(q) - rowOf(k)) <= up && Math.abs((q % columns) - (k % columns)) <= left;
      if (near) mask.data[q * n + k] = -Infinity;
    }
  }
  return mask;

  function rowOf(i: number) {
    return Math.floor(i / columns);
  }
}

function checkWindow(grid: readonly [number, number], window: readonly [number, number]): void {
  const fail = (why: string): never => {
    throw new LtadError("LTAD_CONFIG", `reconstruct.neighbours: ${window.join("x")} on a grid of ${grid.join("x")}: ${why}`, {
      details: { field: "neighbours", window, grid },
    });
  };
  if (window.some((size) => !Number.isInteger(size) || size < 1 || size % 2 === 0)) fail("expected odd sizes, for example 7x7.");
  if (window[0] >= grid[0] && window[1] >= grid[1]) fail("no position is left to attend to. Choose a smaller window or a finer grid.");
}
