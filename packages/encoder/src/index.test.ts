import { expect, it } from "vitest";
import * as api from "./index.js";
import * as networks from "./networks.js";
import * as testing from "./testing.js";

it("exports these names", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot();
  expect(Object.keys(networks).sort()).toMatchInlineSnapshot();
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot();
});
