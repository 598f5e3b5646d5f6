import { LtadError } from "@ltad/core";
import type { Ort } from "./ort.js";

/** Where an execution provider of ONNX Runtime is available. */
const places: Readonly<Record<string, string>> = {
  cpu: "everywhere",
  cuda: "on Linux x64 with CUDA 12, cuDNN and the libraries described in docs/gpu.md",
  tensorrt: "on Linux x64 with TensorRT and the libraries described in docs/gpu.md",
  webgpu: "on Linux x64 with a Vulkan driver, on Windows and on macOS",
  coreml: "on macOS",
  dml: "on Windows",
};

/** @throws LtadError `LTAD_CONFIG` when the list is empty or contains an unknown provider */
export function checkProviders(providers: readonly string[], { backends }: Pick<Ort, "backends">): void {
  if (providers.length === 0) throw providersError("expected at least one", "Leave the option out for the CPU");
  const unknown = providers.find((name) => !(name in places) && !backends.includes(name));
  if (unknown !== undefined)
    throw providersError(`${unknown} is not an execution provider`, `Choose from ${Object.keys(places).join(", ")}`);
}

/**
 * Makes a session on the first provider that is available, followed by the later ones for nodes that it cannot run. Without CUDA, ["cuda", "cpu"] runs on
 * the CPU, and ["cuda"] fails.
 * @param make makes a session with these providers
 */
export async function firstAvailable<T>(
  providers: readonly string[],
  ort: Omit<Ort, "api">,
  make: (providers: readonly string[]) => Promise<T>,
): Promise<T> {
  const [first = "cpu", ...rest] = providers;
  try {
    if (first !== "cpu" && !ort.backends.includes(first)) throw new Error(absent(ort));
    return await make(providers);
  } catch (error) {
    if (first === "cpu" || !isOfProvider(error)) throw error;
    if (rest.length > 0) return firstAvailable(rest, ort, make);
    throw explain(error, first);
  }
}

/** Settings that keep ONNX Runtime from silently running nodes on the CPU, which it does by default. */
export function fallBack(providers: readonly string[]): Record<string, string> {
  return providers.includes("cpu") ? {} : { disable_cpu_ep_fallback: "1" };
}

function absent({ name, backends, problem }: Omit<Ort, "api">): string {
  const native = problem === undefined ? "" : `, and onnxruntime-node could not be loaded: ${problem}`;
  return `backend not found: ${name} has ${backends.join(", ")}${native}`;
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, " ");
const handedToCpu = /fallback to CPU EP has been explicitly disabled/;
const isOfProvider = (error: unknown) =>
  handedToCpu.test(reasonOf(error)) ||
  /provider|backend not found|cuda|tensorrt|webgpu|coreml|dml|shared library|\.so/i.test(reasonOf(error));

function explain(error: unknown, name: string): LtadError {
  if (handedToCpu.test(reasonOf(error)))
    return providersError(
      `${name} does not support every operation of this graph`,
      `Add "cpu" after it so that the CPU computes the others`,
      error,
    );
  return providersError(
    `${name} cannot be used here (${reasonOf(error)})`,
    `It is available ${places[name] ?? "elsewhere"}; add "cpu" after it to fall back`,
    error,
  );
}

function providersError(what: string, remedy: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_CONFIG", `providers: ${what}. ${remedy}.`, cause === undefined ? {} : { cause });
}
