import { LtadError } from "@ltad/core";
import { callerLine, deepStack } from "../caller-line.js";

const makers =
  /\b(randomNormal|randomUniform|randomUniformInt|randomStandardNormal|randomGamma|truncatedNormal|rand|dropout|multinomial)_?(__op)?\b[^\n]*node_modules[^\n]*tfjs/;

/** The random op of TF.js on a stack, "tf.dropout". */
export function randomMaker(stack: string): string | undefined {
  const maker = makers.exec(stack)?.[1];
  return maker === undefined ? undefined : `tf.${maker}`;
}

/**
 * TF.js draws random tensors on the host and hands the numbers to the backend: traced, they would be the same in every run.
 * Only arrays that could be random are looked at: a uniform array of more than one number is not.
 * @throws LtadError `LTAD_TRACE` when a random op of TF.js is on the stack
 */
export function refuseRandom(data: ArrayLike<number>): void {
  if (data.length === 0 || (data.length > 1 && data[0] === data[1] && data[0] === data[data.length - 1])) return;
  if (data.length === 1 && Number.isInteger(data[0])) return;
  const stack = deepStack();
  const maker = randomMaker(stack);
  if (!maker) return;
  throw new LtadError(
    "LTAD_TRACE",
    `${callerLine(stack)}: ${maker} in a traced function would give the same numbers in every run. Generate the numbers outside and pass them as an input.`,
    { details: { op: maker.slice(3) } },
  );
}
