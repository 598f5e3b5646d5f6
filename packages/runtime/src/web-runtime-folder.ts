import { createRequire } from "node:module";
import { dirname } from "node:path";

/** The names of the files of ONNX Runtime that a page may fetch; {@link webRuntimeFolder} contains them. */
export const webRuntimeFiles: readonly string[] = ["ort-wasm-simd-threaded", "ort-wasm-simd-threaded.asyncify"].flatMap((name) => [
  `${name}.mjs`,
  `${name}.wasm`,
]);

/** The folder of {@link webRuntimeFiles}, for a server that offers them to pages as `runtimeUrl`. */
export function webRuntimeFolder(): string {
  return dirname(createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
}
