import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import { tinyDataset } from "@ltad/evaluate/testing";
import { expect, it } from "vitest";
import { ltad, temporaryFolder } from "./testing/test-io.js";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The command in a process that finds no onnxruntime-node. */
function withoutNative(...argv: readonly string[]) {
  const hide = file("../../../runtime/src/testing/hide-native.mjs");
  const options = ["--conditions=@ltad/source", "--import", hide, "--import", import.meta.resolve("tsx"), file("../main.ts")];
  return promisify(execFile)(process.execPath, [...options, ...argv]);
}

it("predicts on WebAssembly where onnxruntime-node is missing, says so, and gives the same score to 1e-4", async () => {
  const folder = await temporaryFolder();
  const model = join(folder, "model");
  await writeBundle(model, tinyParts());
  await tinyDataset(join(folder, "data"), { nut: { train: 0, good: 1, defect: 0 } });
  const argv = ["predict", model, join(folder, "data/nut/test/good/0.png"), "--json"];
  const [native, wasm] = [await ltad(...argv), await withoutNative(...argv)];
  const [expected, found] = [native.stdout, wasm.stdout].map((line) => (JSON.parse(line) as { score: number }).score);
  expect(wasm.stderr).toMatch(/warning onnxruntime-node could not be loaded .*WebAssembly/);
  expect(native.stderr).not.toMatch(/WebAssembly/);
  expect(Math.abs(found! - expected!)).toBeLessThan(1e-4 * Math.abs(expected!));
});
