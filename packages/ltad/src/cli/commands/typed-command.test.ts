import { expect, it } from "vitest";
import { serveCommand, typedCommand } from "./typed-command.js";

it("is what can be typed, in the repository and where the program is installed", () => {
  const inside = { npm_lifecycle_event: "demo" };
  expect(typedCommand(inside, "eval", "my model", "./data")).toBe("npm run -s ltad -- eval 'my model' ./data");
  expect(typedCommand({}, "eval", "./model")).toBe("ltad eval ./model");
  expect(typedCommand({ npm_lifecycle_event: "test" }, "eval")).toBe("ltad eval");
  expect(serveCommand(inside, "m")).toBe("node apps/server/dist/main.js --bundle m --port 8080");
  expect(serveCommand({}, "m")).toBe("ltad-server --bundle m --port 8080");
});
