import { LtadError } from "@ltad/core/browser";
import type { Session } from "./as-session.js";
import { checkGraph, type GraphSpecs } from "./check-graph.js";
import { checkInputs } from "./check-inputs.js";
import type { Program, TensorSpecs } from "./program.js";

/**
 * Makes a program from a session. The graph is checked now, and the inputs are checked at each run.
 * @param name of the file, for messages
 * @throws LtadError `LTAD_SHAPE` when the inputs or outputs of the file differ from `specs`; the session is then released
 */
export async function programOf<const In extends TensorSpecs, const Out extends string>(
  session: Session,
  name: string,
  specs: GraphSpecs<In, Out>,
): Promise<Program<In, Out>> {
  const { inputs, outputs, providers } = session;
  try {
    checkGraph(name, session, specs);
  } catch (error) {
    await session.release();
    throw error;
  }
  let open = true;
  const running = new Set<Promise<unknown>>();
  const program: Program = {
    inputs,
    outputs,
    providers,
    async run(arrays) {
      if (!open) throw new LtadError("LTAD_CONFIG", "run: the program was disposed. Open it again.");
      checkInputs(arrays, inputs);
      const run = session.run(arrays);
      running.add(run);
      return run.finally(() => running.delete(run));
    },
    async dispose() {
      if (!open) return;
      open = false;
      await Promise.allSettled(running); // running calls end before the session is released
      await session.release();
    },
  };
  return program as Program<In, Out>;
}
