import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";

/** A folder with node_modules/@tensorflow/tfjs-node or tfjs-node-gpu, built by what the README says; its backend is tested when this is given. */
const tfjsNode = process.env["LTAD_TFJS_NODE"];

/** The package that is there. */
export const tensorflowPackage =
  tfjsNode && existsSync(join(tfjsNode, "node_modules/@tensorflow/tfjs-node-gpu")) ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";

/** TF.js backends that the second engine is tested on. */
export const eagerBackends: readonly string[] = ["cpu", "wasm", ...(tfjsNode ? ["tensorflow"] : [])];

export async function useBackend(name: string): Promise<void> {
  if (name === "tensorflow") createRequire(join(tfjsNode!, "package.json"))(tensorflowPackage);
  if (!(await tf.setBackend(name))) throw new Error(`TF.js has no backend ${name} here`);
}
