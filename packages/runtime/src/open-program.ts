import { LtadError } from "@ltad/core";
import { check, fields, listOf, optional, string } from "@ltad/core/check";
import { checkGraph, type GraphSpecs } from "./check-graph.js";
import { checkInputs } from "./check-inputs.js";
import type { Program, RuntimeOptions, TensorSpecs } from "./program.js";
import { runtimeFields, specsRule } from "./rules.js";
import { createSession } from "./session.js";

const rules = fields({ ...runtimeFields, inputs: optional(specsRule), outputs: optional(listOf(string)) });

function checkedOptions<O extends RuntimeOptions & GraphSpecs>(options: O): O {
  check("openProgram", { options }, { options: rules });
  return options;
}

/**
 * Opens an ONNX file to run it. Needs ONNX Runtime only, no TensorFlow.js.
 * @param model the bytes or the path of an .onnx file
 * @param options with `inputs` and `outputs` the file is checked, and `run` has types
 * @throws LtadError `LTAD_BUNDLE` when the model cannot be loaded, `LTAD_CONFIG` when a provider is missing, `LTAD_SHAPE` when the file has other
 *   inputs or outputs
 */
export async function openProgram<const In extends TensorSpecs = TensorSpecs, const Out extends string = string>(
  model: Uint8Array | string,
  options: RuntimeOptions & GraphSpecs<In, Out> = {},
): Promise<Program<In, Out>> {
  const { inputs: _, outputs: __, ...settings } = checkedOptions(options);
  const session = await createSession(model, settings);
  const { inputs, outputs, providers } = session;
  try {
    checkGraph(typeof model === "string" ? model : "model", session, options);
  } catch (error) {
    await session.release();
    throw error;
  }
  let open = true;
  const program: Program = {
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
  return program as Program<In, Out>;
}
