import { check, fields, listOf, optional, string } from "@ltad/core/check";
import type { GraphSpecs } from "./check-graph.js";
import type { Program, RuntimeOptions, TensorSpecs } from "./program.js";
import { programOf } from "./program-of.js";
import { runtimeFields, specsRule } from "./rules.js";
import { createSession } from "./session.js";

const rules = fields({ ...runtimeFields, inputs: optional(specsRule), outputs: optional(listOf(string)) });

function checkedOptions<O extends RuntimeOptions & GraphSpecs>(options: O): O {
  check("openProgram", { options }, { options: rules });
  return options;
}

/**
 * Opens an ONNX file as a program. This needs ONNX Runtime only, and no TensorFlow.js. Call `dispose` when you no longer need the program.
 * @param model the bytes or the path of an .onnx file
 * @param options with `inputs` and `outputs`, the file is checked and `run` is typed
 * @throws LtadError `LTAD_BUNDLE` when the model cannot be loaded, `LTAD_CONFIG` when a provider is missing, `LTAD_SHAPE` when the file has other
 *   inputs or outputs
 */
export async function openProgram<const In extends TensorSpecs = TensorSpecs, const Out extends string = string>(
  model: Uint8Array | string,
  options: RuntimeOptions & GraphSpecs<In, Out> = {},
): Promise<Program<In, Out>> {
  const { inputs: _, outputs: __, ...settings } = checkedOptions(options);
  return programOf(await createSession(model, settings), typeof model === "string" ? model : "model", options);
}
