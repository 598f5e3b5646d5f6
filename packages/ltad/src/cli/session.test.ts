import { throwIfAborted } from "@ltad/core";
import { expect, it } from "vitest";
import { withSession } from "./session.js";
import { testIo } from "./testing/test-io.js";

it("stops a job at the first Ctrl-C, the process at the second, and says how to go on", async () => {
  const { io, written, exits, handlers, interrupt } = testIo();
  const job = withSession(io, {}, "Go on with --resume.", async ({ signal }) => {
    interrupt();
    expect(exits).toEqual([]);
    interrupt();
    throwIfAborted(signal);
  });
  await expect(job).rejects.toMatchObject({ code: "LTAD_ABORTED", message: "Stopped. Go on with --resume." });
  expect(exits).toEqual([130]);
  expect(written.stderr).toContain("Press Ctrl-C again to stop immediately");
  expect(handlers.size).toBe(0);
});

it("lets a job that is nearly done end well after Ctrl-C", async () => {
  const { io, interrupt } = testIo();
  await expect(withSession(io, {}, "", async () => (interrupt(), "done"))).resolves.toBe("done");
});

it("keeps stdout for results, and quiet for silence", async () => {
  for (const [json, quiet] of [
    [true, false],
    [false, true],
  ] as const) {
    const { io, written } = testIo();
    await withSession(io, { json, quiet }, "", async (session) => {
      session.onProgress({ phase: "encode", done: 1, total: 2, unit: "images" });
      session.info("a remark");
      session.warn("a warning");
      session.print("a table");
      session.printJson({ a: [1] });
    });
    expect(written.stdout).toBe(json ? '{"a":[1]}\n' : "a table\n");
    expect(written.stderr).toContain("warning a warning");
    expect(written.stderr.includes("a remark")).toBe(!quiet);
    expect(written.stderr.includes("encode")).toBe(!quiet);
  }
});
