import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import type { RuntimeInfo } from "./runtime-info.js";

type Answer = RuntimeInfo & { readonly ran: readonly string[]; readonly y: readonly number[] };

/** What a process of its own answers; with `hide`, one that finds no onnxruntime-node. */
async function answer(hide: boolean): Promise<Answer> {
  const file = (name: string) => fileURLToPath(new URL(`./testing/${name}`, import.meta.url));
  const hidden = hide ? ["--import", file("hide-native.mjs")] : [];
  const args = ["--conditions=@ltad/source", ...hidden, "--import", import.meta.resolve("tsx"), file("run-mixed-layers.mjs")];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Answer;
}

describe("a machine without onnxruntime-node", () => {
  it("runs graphs on WebAssembly, gives the same numbers and says why", async () => {
    const [native, wasm] = [await answer(false), await answer(true)];
    expect(native).toMatchObject({ name: "onnxruntime-node", ran: ["cpu"] });
    expect(native).not.toHaveProperty("problem");
    expect(wasm).toMatchObject({ name: "onnxruntime-web", providers: ["wasm"], ran: ["wasm"] });
    expect(wasm.problem).toMatch(
      /Cannot find package 'onnxruntime-node'.*WebAssembly.*npm install onnxruntime-node@\d+\.\d+\.\d+ --ignore-scripts/,
    );
    expectClose(wasm.y, native.y, { rtol: 0, atol: 1e-6 }, "y");
  });
});
