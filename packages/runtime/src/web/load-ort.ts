import { LtadError } from "@ltad/core/browser";
import type { OrtApi } from "../ort.js";
import type { WebRuntimeOptions } from "./open-program.js";

/** The parts of a browser that Node.js lacks. */
interface Browser {
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: {
    readonly hardwareConcurrency?: number;
    readonly gpu?: { requestAdapter(): Promise<unknown> };
  };
}

const browser = globalThis as unknown as Browser;

/** ONNX Runtime for a browser, and the available providers in order of preference. */
export interface WebOrt {
  readonly api: OrtApi;
  readonly providers: readonly string[];
}

/**
 * Loads ONNX Runtime. The build with WebGPU, which is twice as large, is loaded only if it is requested and the browser supports it.
 * @throws LtadError `LTAD_CONFIG` when no provider of the list is available
 */
export async function loadOrt({ runtimeUrl, threads, providers = ["wasm"] }: WebRuntimeOptions): Promise<WebOrt> {
  const hasGpu = providers.includes("webgpu") && (await hasAdapter());
  const available = providers.filter((name) => name === "wasm" || hasGpu);
  if (available.length === 0)
    throw new LtadError("LTAD_CONFIG", `providers: ${providers.join(", ") || "none"} cannot be used in this browser. Add "wasm".`);
  const ort = hasGpu ? await import("onnxruntime-web/webgpu") : await import("onnxruntime-web/wasm");
  ort.env.logLevel = "error";
  ort.env.wasm.numThreads = browser.crossOriginIsolated === true ? (threads ?? browser.navigator?.hardwareConcurrency ?? 1) : 1;
  if (runtimeUrl !== undefined) ort.env.wasm.wasmPaths = runtimeUrl.endsWith("/") ? runtimeUrl : `${runtimeUrl}/`;
  return { api: ort, providers: available };
}

async function hasAdapter(): Promise<boolean> {
  const adapter = await browser.navigator?.gpu?.requestAdapter().catch(() => null);
  return adapter !== null && adapter !== undefined;
}
