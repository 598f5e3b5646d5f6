import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

// Tests run on the sources: the condition "@ltad/source" stands in every package's `exports`.
const conditions = ["@ltad/source", "node", "import", "default"];

/** What all runs of tests share: `npm test`, test:slow, test:fleet and release:check. */
export default defineConfig({
  resolve: { conditions, mainFields: ["main"] }, // "main", as Node reads it: TF.js must be one module for tests, packages and plugins
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // npm run test:slow, test:fleet and release:check
    exclude: [...configDefaults.exclude, "**/*.slow.test.ts", "**/*.servers.test.ts", "**/*.release.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    setupFiles: [fileURLToPath(new URL("vitest.setup.ts", import.meta.url))],
    // TensorFlow.js advertises its native backend on the first eager tensor.
    onConsoleLog: (log) => !log.includes("running TensorFlow.js in Node.js"),
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
