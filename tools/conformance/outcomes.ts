import { type Outcome, toleranceOf } from "./recorded-program.js";

/** What came of a program: how far it is from Node, or why it does not run. */
export type Result = Outcome | { readonly failed: string };

export const isGood = (result: Result) => !("failed" in result) && isSmall(result);

const isSmall = ({ worst, worstOutput }: Outcome) => worst <= toleranceOf(worstOutput);

/** One line of the table: difference, milliseconds, and the operators that WebGPU left to WebAssembly. */
export function row(name: string, result: Result): string {
  if ("failed" in result) return `${name.padEnd(45)} FAILS: ${result.failed}`;
  const { worst, worstOutput, firstMs, ms } = result;
  const others = leftOver(result).map(([op, count]) => `${op} ${count}`);
  if (!isSmall(result)) others.unshift(`(${worstOutput} differs)`);
  return `${name.padEnd(45)} ${worst.toExponential(1).padStart(10)} ${firstMs.toFixed(1).padStart(8)} ${ms.toFixed(1).padStart(7)}   ${others.join(", ")}`;
}

/** Operators that run on WebAssembly in place of WebGPU, each with the number of programs, the most frequent first. */
export function elsewhere(results: Iterable<Result>): string {
  const programs = new Map<string, number>();
  for (const result of results)
    for (const [op] of "failed" in result ? [] : leftOver(result)) programs.set(op, (programs.get(op) ?? 0) + 1);
  const sorted = [...programs].sort((a, b) => b[1] - a[1]).map(([op, count]) => `${op} (${count})`);
  return sorted.join(", ") || "none";
}

/** The operators outside the provider of graphics processors, where that has some; on WebAssembly nothing is left over. */
function leftOver({ placed: { WebGpu, ...others } }: Outcome): [op: string, nodes: number][] {
  if (!WebGpu) return [];
  return Object.values(others).flatMap((ops) => Object.entries(ops).filter(([op]) => op !== "(all)"));
}
