import { createRequire } from "node:module";
import { dirname } from "node:path";

/** The files of ONNX Runtime that a page fetches: {@link webRuntimeFolder} has them. */
export const webRuntimeFiles: readonly string[] = ["ort-wasm-simd-threaded", "ort-wasm-simd-threaded.asyncify"].flatMap((name) => [
  `${name}.mjs`,
  `${name}.wasm`,
]);

/** The folder of {@link webRuntimeFiles}, for a server that gives them to pages as `runtimeUrl`. */
export function webRuntimeFolder(): string {
  return dirname(createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
}
