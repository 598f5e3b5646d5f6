import { describe, expect, it } from "vitest";
import { loudPlaces } from "./quiet.js";
import { readWorkspace } from "./workspace.js";

/** `ltad` is the command line and the front of the library: it may print and read the environment. */
const packages = readWorkspace().filter(({ folder }) => folder.startsWith("packages/") && folder !== "packages/ltad");

/** A program that a package starts as a process of its own: it ends when its parent goes. */
const programs = new Set(["packages/server/src/worker/main.ts", "packages/fleet/src/child/main.ts"]);
/** ONNX Runtime can be told in the environment alone: docs/decisions/0017-no-telemetry.md. */
const telemetry = "packages/runtime/src/disable-telemetry.ts";
const mayBeLoud = ({ path }: { readonly path: string }) => programs.has(path) || path === telemetry;

describe("packages never print, exit, read env or argv, or draw from the global generator", () => {
  it.each(packages.map((member) => [member.folder, member] as const))("%s", (_, { shipped }) => {
    expect(shipped.filter((file) => !mayBeLoud(file)).flatMap(({ path, text }) => loudPlaces(path, text))).toEqual([]);
  });

  it("and one that did would be seen", () => {
    const text = `
      // console.log in a comment, "process.exit" in a text
      console.log(1); process.exit(1); process["env"]; Math.random();
      import { env } from "node:process";
      const fine = [process.platform, process.cwd(), Math.sqrt(2), "process.env", options.console.log];`;
    const found = [
      "x.ts:3 console.log",
      "x.ts:3 process.exit",
      "x.ts:3 process.env",
      "x.ts:3 Math.random",
      "x.ts:4 import of node:process",
    ];
    expect(loudPlaces("x.ts", text)).toEqual(found);
  });
});
