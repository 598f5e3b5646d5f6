import { defineConfig } from "vitest/config";
import base from "./vitest.base.js";

// npm run test:slow: programs that are killed and go on. They start many processes, so `npm test` leaves them out.
export default defineConfig({
  ...base,
  test: { ...base.test, include: ["packages/*/src/**/*.slow.test.ts"], exclude: [] },
});
