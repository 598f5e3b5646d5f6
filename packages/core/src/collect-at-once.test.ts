import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

// In a process of its own, because the setting is one of the whole process. It fails in a version of Node.js that has lost it.

const program = fileURLToPath(new URL("testing/allocate-arrays.mjs", import.meta.url));

async function collectionsInSteps(how: string): Promise<number> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    "--conditions=@ltad/source",
    "--import",
    import.meta.resolve("tsx"),
    program,
    how,
  ]);
  expect(stderr).toBe("");
  return Number(stdout);
}

it("no collection works in steps", async () => {
  expect(await collectionsInSteps("as usual")).toBeGreaterThan(0);
  expect(await collectionsInSteps("at once")).toBe(0);
});
