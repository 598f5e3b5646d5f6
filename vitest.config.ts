import { defineConfig } from "vitest/config";
import base from "./vitest.base.js";

// The test files of these packages share processes, so that each module is loaded once and not for every file. They put back what they change of
// the process; those of jit do not, which set the backend of TensorFlow.js. Every other file has a process of its own.
const together = "packages/!(jit)/src/**/*.test.ts";
const all = [
  "packages/*/src/**/*.test.ts",
  "apps/*/src/**/*.test.ts",
  "examples/*.test.ts",
  "bench/**/*.test.ts",
  "docs/.vitepress/*.test.ts",
  "tools/**/*.test.ts",
];

const { maxWorkers: _, exclude = [], ...test } = base.test!; // a project with a number of its own would not see --maxWorkers

export default defineConfig({
  test: {
    ...base.test,
    projects: [
      { ...base, test: { ...test, name: "alone", include: all, exclude: [...exclude, together] } },
      { ...base, test: { ...test, name: "together", include: [together], exclude, isolate: false } },
    ],
  },
});
