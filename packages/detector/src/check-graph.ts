import { isLtadError } from "@ltad/core";
import { externalTensors } from "@ltad/onnx";
import { openProgram, type Program, type RuntimeOptions } from "@ltad/runtime";
import { bundleError } from "./bundle-error.js";
import { checkProgram, type GraphContract } from "./graph-contract.js";
import type { GraphSpec } from "./manifest.js";

/**
 * Opens a graph of a bundle and checks that it is what model.json says and what a detector needs.
 * @param place its file, for messages
 * @throws LtadError `LTAD_BUNDLE`
 */
export async function openGraph(
  model: Uint8Array,
  place: string,
  described: GraphSpec,
  contract: GraphContract,
  options: RuntimeOptions,
): Promise<Program> {
  return checkProgram(await open(model, place, options), place, described, contract);
}

async function open(model: Uint8Array, place: string, options: RuntimeOptions): Promise<Program> {
  try {
    refuseOutside(model, place);
    return await openProgram(model, options);
  } catch (error) {
    if (error instanceof NumbersOutside) throw bundleError(place, error.message, error);
    if (isLtadError(error) && error.code === "LTAD_CONFIG") throw error; // an option of the runtime is wrong, not the bundle
    throw bundleError(place, `cannot be loaded as an ONNX graph (${firstLine(error)}). Write the bundle again.`, error);
  }
}

class NumbersOutside extends Error {}

/** Refuses a graph whose numbers are in another file, because its maps would reveal the content of that file. */
function refuseOutside(model: Uint8Array, place: string): void {
  const [first] = externalTensors(model, place);
  if (first !== undefined)
    throw new NumbersOutside(
      `stores the numbers of ${first.slice(0, 80)} in another file. The graphs of a bundle contain them; write the bundle again.`,
    );
}

function firstLine(error: unknown): string {
  return (error as Error).message.slice(0, 300).split("\n")[0] ?? "";
}
