/** Numbers for JSON: float32 has seven digits, and JSON would write seventeen. */
export function jsonNumbers(data: Float32Array): number[] {
  return Array.from(data, (value) => Number(value.toPrecision(7)));
}
