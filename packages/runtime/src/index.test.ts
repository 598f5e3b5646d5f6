import { expect, it } from "vitest";
import * as entry from "./index.js";
import * as web from "./web.js";

it("exports these names", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "boolFault",
      "checkInputs",
      "createSession",
      "faultOf",
      "openProgram",
      "runtimeFields",
      "runtimeInfo",
      "specsRule",
      "tiledProgram",
      "webRuntimeFiles",
      "webRuntimeFolder",
    ]
  `);
});

it("exports these names to a browser", () => {
  expect(Object.keys(web).sort()).toMatchInlineSnapshot(`
    [
      "openProgram",
      "tiledProgram",
      "webRuntimeFields",
    ]
  `);
});
