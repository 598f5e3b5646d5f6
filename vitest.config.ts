import { defineConfig } from "vitest/config";
import base from "./vitest.base.js";

// The files of packages share two processes and load each module once. Programs and tools have a process for each file.
const packages = ["packages/*/src/**/*.test.ts"];
const programs = ["apps/*/src/**/*.test.ts", "examples/*.test.ts", "bench/**/*.test.ts", "docs/.vitepress/*.test.ts", "tools/**/*.test.ts"];

const { maxWorkers: _, ...test } = base.test!; // a project with its own number would not see --maxWorkers

export default defineConfig({
  test: {
    ...base.test,
    projects: [
      { ...base, test: { ...test, name: "alone", include: programs } },
      { ...base, test: { ...test, name: "together", include: packages, isolate: false } },
    ],
  },
});
