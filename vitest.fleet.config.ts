import { defineConfig } from "vitest/config";
import base from "./vitest.base.js";

// Without "import": the driver of PostgreSQL requires packages, which must not give it their ES modules.
const conditions = ["@ltad/source", "node"];

// npm run test:fleet: failures of workers and queues, with real servers. They take minutes, so `npm test` leaves them out.
export default defineConfig({
  resolve: { ...base.resolve, conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { ...base.test, include: ["packages/*/src/**/*.servers.test.ts"], exclude: [] },
});
