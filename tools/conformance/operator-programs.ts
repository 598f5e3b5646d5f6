import type { NdArray } from "@ltad/core";
import { openProgram, toOnnx } from "@ltad/jit";
import type { RecordedProgram } from "./recorded-program.js";

interface Listed {
  readonly name: string;
  readonly fn: Parameters<typeof toOnnx>[0];
  readonly inputs: Readonly<Record<string, NdArray>>;
}

/** Of the conformance list of @ltad/jit, the golden cases with their gradients and every kernel, those whose names match. */
export async function operatorPrograms(only: RegExp): Promise<RecordedProgram[]> {
  const list = new URL("../../packages/jit/src/testing/programs.ts", import.meta.url).href; // the tests' own list, which no package exports
  const { goldenPrograms, kernelPrograms } = (await import(list)) as Readonly<
    Record<"goldenPrograms" | "kernelPrograms", readonly Listed[]>
  >;
  const recorded: RecordedProgram[] = [];
  for (const { name, fn, inputs } of [...goldenPrograms, ...kernelPrograms].filter((program) => only.test(program.name))) {
    const model = toOnnx(fn, Object.fromEntries(Object.entries(inputs).map(([key, { dtype, shape }]) => [key, { dtype, shape }])));
    const program = await openProgram(model, { threads: 1 });
    recorded.push({ name, model, inputs, outputs: await program.run(inputs) });
    await program.dispose();
  }
  return recorded;
}
