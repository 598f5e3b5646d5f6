import { LtadError } from "@ltad/core";
import { checkInputs } from "./check-inputs.js";
import type { Program, RuntimeOptions } from "./program.js";
import { createSession } from "./session.js";

export type { Program, RuntimeOptions, TensorSpec, TensorSpecs } from "./program.js";

/**
 * Opens an ONNX file to run it. Needs ONNX Runtime only, no TensorFlow.js.
 * @param model the bytes or the path of an .onnx file
 * @throws LtadError `LTAD_BUNDLE` when the model cannot be loaded, `LTAD_CONFIG` when a provider is missing
 */
export async function openProgram(model: Uint8Array | string, options: RuntimeOptions = {}): Promise<Program> {
  if (options.engine === "tensorflow")
    throw new LtadError("LTAD_CONFIG", `engine: "tensorflow" cannot run an ONNX file. Leave it out, or use jit with the function itself.`);
  if (options.check)
    throw new LtadError("LTAD_CONFIG", "check: an ONNX file cannot be looked into. Use jit or trainStep with the function itself.");
  const session = await createSession(model, options);
  const { inputs, outputs, providers } = session;
  let open = true;
  return {
    inputs,
    outputs,
    providers,
    async run(arrays) {
      if (!open) throw new LtadError("LTAD_CONFIG", "run: the program was disposed. Open it again.");
      checkInputs(arrays, inputs);
      return session.run(arrays);
    },
    async dispose() {
      if (!open) return;
      open = false;
      await session.release();
    },
  };
}
