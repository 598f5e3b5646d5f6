import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { allKernels, withKernelTable } from "./testing/kernel-table.js";
import { registerGradients } from "./index.js";
import { kernels } from "./kernels/index.js";
import { refused, withoutGradient } from "./kernels/refused.js";

const path = fileURLToPath(new URL("../README.md", import.meta.url));
const readme = readFileSync(path, "utf8");

describe("the table of kernels in the README", () => {
  it("is what the code says; vitest -u writes it", async () => {
    await expect(withKernelTable(readme)).toMatchFileSnapshot(path);
  });

  it("has each kernel of TF.js once: with a row, or with the reason why not", () => {
    expect(allKernels.length).toBeGreaterThan(170);
    expect(allKernels.filter((kernel) => kernel in kernels === kernel in refused)).toEqual([]);
    expect(Object.keys(refused).filter((kernel) => !allKernels.includes(kernel))).toEqual([]);
  });

  it("says for each row without a gradient why", () => {
    registerGradients();
    const flat = allKernels.filter((kernel) => kernel in kernels && !tf.getGradient(kernel));
    expect(Object.keys(withoutGradient).sort()).toEqual(flat);
  });
});
