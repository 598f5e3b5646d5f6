import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { arrows } from "./arrows.js";
import { drawing } from "./drawing.js";
import { direct, floors } from "./floors.js";
import { root } from "./workspace.js";

const small = { core: [], jit: ["core"], train: ["core", "jit"], app: ["train"] };

describe("the drawing of the packages", () => {
  it("has a floor for each step of imports", () => {
    expect(floors(small)).toEqual([["core"], ["jit"], ["train"], ["app"]]);
    expect(floors({ a: [], b: [] })).toEqual([["a", "b"]]);
  });

  it("leaves out an arrow that a chain of others says", () => {
    expect(direct(small)).toEqual({ core: [], jit: ["core"], train: ["jit"], app: ["train"] });
  });

  it("is docs/images/architecture.svg, written by `npm run drawing`", () => {
    expect(readFileSync(join(root, "docs/images/architecture.svg"), "utf8")).toBe(drawing(arrows));
  });
});
