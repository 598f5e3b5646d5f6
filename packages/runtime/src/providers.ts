import { LtadError } from "@ltad/core";
import * as ort from "onnxruntime-node";

/** Where an execution provider of ONNX Runtime is to be had. */
const places: Readonly<Record<string, string>> = {
  cpu: "everywhere",
  cuda: "on Linux x64 with CUDA 12, cuDNN and the libraries that docs/gpu.md says how to fetch",
  tensorrt: "on Linux x64 with TensorRT and the libraries that docs/gpu.md says how to fetch",
  webgpu: "on Linux x64 with a Vulkan driver, on Windows and on macOS",
  coreml: "on macOS",
  dml: "on Windows",
};

/** @throws LtadError `LTAD_CONFIG` when the list is empty or holds what is no provider */
export function checkProviders(providers: readonly string[]): void {
  if (providers.length === 0) throw wrong("expected at least one", "Leave the option out for the CPU");
  const unknown = providers.find((name) => !(name in places) && !built().includes(name));
  if (unknown !== undefined) throw wrong(`${unknown} is none`, `Choose from ${Object.keys(places).join(", ")}`);
}

/**
 * Makes a session on the first provider that can be had, with those behind it for what it cannot do. A list of more than one asks for
 * that: ["cuda", "cpu"] runs on the CPU where there is no CUDA, ["cuda"] fails there.
 * @param make makes a session with these providers
 */
export async function firstAvailable<T>(providers: readonly string[], make: (providers: readonly string[]) => Promise<T>): Promise<T> {
  const [first = "cpu", ...rest] = providers;
  try {
    if (!built().includes(first)) throw new Error(`backend not found: this build of ONNX Runtime has ${built().join(", ")}`);
    return await make(providers);
  } catch (error) {
    if (first === "cpu" || !isOfProvider(error)) throw error;
    if (rest.length > 0) return firstAvailable(rest, make);
    throw explain(error, first);
  }
}

/** Settings of a session that keep ONNX Runtime from giving nodes to the CPU in silence: it does so unless this is set. */
export function fallBack(providers: readonly string[]): Record<string, string> {
  return providers.includes("cpu") ? {} : { disable_cpu_ep_fallback: "1" };
}

const built = () => ort.listSupportedBackends().map(({ name }) => name);
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, " ");
const handedToCpu = /fallback to CPU EP has been explicitly disabled/;
const isOfProvider = (error: unknown) =>
  handedToCpu.test(reasonOf(error)) ||
  /provider|backend not found|cuda|tensorrt|webgpu|coreml|dml|shared library|\.so/i.test(reasonOf(error));

function explain(error: unknown, name: string): LtadError {
  if (handedToCpu.test(reasonOf(error)))
    return wrong(`${name} cannot do every operation of this graph`, `Add "cpu" behind it to let the CPU do the others`, error);
  return wrong(
    `${name} cannot be used here (${reasonOf(error)})`,
    `It is to be had ${places[name] ?? "elsewhere"}; add "cpu" behind it to fall back`,
    error,
  );
}

function wrong(what: string, remedy: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_CONFIG", `providers: ${what}. ${remedy}.`, cause === undefined ? {} : { cause });
}
