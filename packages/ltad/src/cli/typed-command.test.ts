import { expect, it } from "vitest";
import { ltadWith } from "./testing/test-io.js";
import { typedCommand } from "./typed-command.js";

it("is what can be typed: in the repository, by npx, and where the program is installed", () => {
  expect(typedCommand({ npm_lifecycle_event: "demo" }, "eval", "my model", "./data")).toBe("npm run -s ltad -- eval 'my model' ./data");
  expect(typedCommand({ npm_lifecycle_event: "npx" }, "serve", "./model")).toBe("npx ltad serve ./model");
  expect(typedCommand({}, "eval", "./model")).toBe("ltad eval ./model");
  expect(typedCommand({ npm_lifecycle_event: "test" }, "eval")).toBe("ltad eval");
});

it("is what help shows", async () => {
  for (const [event, program] of [
    ["npx", "npx ltad"],
    ["ltad", "npm run -s ltad --"],
    ["", "ltad"],
  ] as const) {
    const { stdout } = await ltadWith({ npm_lifecycle_event: event }, "train", "--help");
    expect(stdout).toContain(`Usage: ${program} train [options] [data]`);
    expect(stdout).toContain(`  $ ${program} train ./data --out ./model\n`);
  }
});
