import { expect, it } from "vitest";
import * as entry from "./bullmq.js";

it("exports these names", () => {
  expect(Object.keys(entry).sort()).toEqual(["bullQueue", "queueUrl", "runByQueue", "withoutPassword", "workQueue"]);
});
