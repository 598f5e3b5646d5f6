import { describe, expect, it } from "vitest";
import { browserSize, sizeBudgets } from "./browser-size.mjs";

describe("in a page, minified and compressed by gzip", () => {
  it.each(Object.entries(sizeBudgets))(
    "all exports of %s weigh at most %i bytes, and the budget is not far above that",
    async (name, budget) => {
      const bytes = await browserSize(name);
      expect(bytes).toBeLessThanOrEqual(budget);
      expect(bytes).toBeGreaterThan(budget * 0.8);
    },
  );
});
