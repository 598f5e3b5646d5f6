import { createRequire } from "node:module";
import { runtimeInfo } from "@ltad/runtime";
import { messageOf, type Finding, ok, note, wrong } from "./finding.js";

/** The native parts, and TensorFlow.js, which only training needs. */
export async function examinePackages(): Promise<Finding[]> {
  return [await onnxRuntime(), imageLibrary(), tensorflow(), ...tensorflowNode()];
}

async function onnxRuntime(): Promise<Finding> {
  try {
    const { name, version, providers, problem } = await runtimeInfo();
    const value = `${name} ${version}, providers ${providers.join(", ")}`;
    return problem === undefined ? ok("ONNX Runtime", value) : note("ONNX Runtime", value, problem);
  } catch (error) {
    return wrong("ONNX Runtime", messageOf(error), "Install ltad again.");
  }
}

interface Sharp {
  readonly versions: { readonly vips: string };
}

function imageLibrary(): Finding {
  const require = requireOf("@ltad/data");
  try {
    const loaded = require("sharp") as Sharp & { readonly default?: Sharp };
    const { versions } = loaded.default ?? loaded;
    return ok("images", `sharp ${versionOf(require, "sharp")}, libvips ${versions.vips}`);
  } catch (error) {
    return wrong("images", `sharp does not load (${messageOf(error)})`, "Run npm install --include=optional sharp.");
  }
}

function tensorflow(): Finding {
  const version = versionOf(requireOf("ltad"), "@tensorflow/tfjs");
  if (version !== null) return ok("TensorFlow.js", `@tensorflow/tfjs ${version}`);
  return wrong("TensorFlow.js", "not installed; training needs it", "Run npm install @tensorflow/tfjs@4.22.0.");
}

/** An optional package that speeds some of a training's functions up. */
function tensorflowNode(): Finding[] {
  const found = ["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"].flatMap((name) => {
    const version = versionOf(requireOf("ltad"), name);
    return version === null ? [] : [`${name} ${version}`];
  });
  return found.length > 0 ? [ok("TensorFlow native", found.join(", "))] : [];
}

type Require = ReturnType<typeof createRequire>;

/** Resolves as the code of one of our packages does. */
function requireOf(name: string): Require {
  return createRequire(name === "ltad" ? import.meta.url : import.meta.resolve(name));
}

/** Null when the package is not installed. */
function versionOf(require: Require, name: string): string | null {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return versionNear(require, name);
  }
}

/** Of a package that does not export its package.json. */
function versionNear(require: Require, name: string): string | null {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (require(`${folder}/${name}/package.json`) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return null;
}
