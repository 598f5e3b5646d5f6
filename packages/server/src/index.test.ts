import { expect, it } from "vitest";
import * as command from "./command.js";
import * as entry from "./index.js";

it("exports these names", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "startServer",
    ]
  `);
  expect(Object.keys(command).sort()).toMatchInlineSnapshot(`
    [
      "addServerOptions",
      "readServerOptions",
      "serverCommand",
      "serverHelp",
      "supervise",
    ]
  `);
});
