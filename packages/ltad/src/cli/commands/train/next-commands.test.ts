import { describe, expect, it } from "vitest";
import { nextCommands } from "./next-commands.js";

const evaluation = (...given: Parameters<typeof nextCommands>) =>
  nextCommands(...given)
    .find(([command]) => command === "eval")
    ?.join(" ");

describe("nextCommands", () => {
  it("evaluates the data set as it was read", () => {
    expect(evaluation("m", "d", { links: true, skipBad: true, maxPixels: 2e8 })).toBe(
      "eval m d --links --max-pixels 200000000 --skip-bad --report",
    );
    expect(evaluation("m", undefined, { good: ["g"], bad: ["b"] })).toBe("eval m --good g --bad b --report");
    expect(evaluation("m", undefined, { from: "merged" })).toBe("eval m DATA --report");
  });

  it("says nothing of an evaluation where there are no test images", () => {
    expect(evaluation("m", "d", { hasTests: false })).toBeUndefined();
  });
});
