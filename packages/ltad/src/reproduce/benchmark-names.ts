/** The data sets of the paper, as `ltad reproduce` names them. */
export const benchmarkNames = ["mvtec", "visa", "dagm"] as const;
export type BenchmarkName = (typeof benchmarkNames)[number];
