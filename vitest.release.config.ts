import { defineConfig } from "vitest/config";
import base from "./vitest.base.js";

// npm run release:check: each package is packed and installed alone. That takes minutes, so `npm test` leaves it out.
export default defineConfig({
  ...base,
  test: { ...base.test, include: ["tools/**/*.release.test.ts"], exclude: [] },
});
