/**
 * Since version 1.29, ONNX Runtime for Linux and macOS sends Microsoft what it runs, and keeps an identifier of the machine in the user's cache folder.
 * It reads this variable when the first session opens, and never again. There is no other way to tell it. Whoever wants telemetry sets it to 0.
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md
 */
export function disableTelemetry(): void {
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
}
