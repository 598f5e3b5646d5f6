import { LtadError } from "@ltad/core";
import { checkInputs } from "./check-inputs.js";
import type { Program, RuntimeOptions } from "./program.js";
import { createSession, fromOrt, specsOf, toOrt } from "./session.js";

export type { Program, RuntimeOptions, TensorSpec, TensorSpecs } from "./program.js";

/**
 * Opens an ONNX file to run it. Needs ONNX Runtime only, no TensorFlow.js.
 * @param model the bytes or the path of an .onnx file
 * @throws LtadError `LTAD_BUNDLE` when the model cannot be loaded, `LTAD_CONFIG` when a provider is missing
 */
export async function openProgram(model: Uint8Array | string, options: RuntimeOptions = {}): Promise<Program> {
  const { session, providers } = await createSession(model, options);
  const inputs = specsOf(session);
  let open = true;
  return {
    inputs,
    outputs: session.outputNames,
    providers,
    async run(arrays) {
      if (!open) throw new LtadError("LTAD_CONFIG", "run: the program was disposed. Open it again.");
      checkInputs(arrays, inputs);
      const feeds = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, toOrt(array)]));
      const results = await session.run(feeds);
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromOrt(tensor)]));
    },
    async dispose() {
      if (!open) return;
      open = false;
      await session.release();
    },
  };
}
