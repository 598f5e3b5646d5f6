import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("testing/wait-for-interrupt.ts", import.meta.url));
const tsx = createRequire(import.meta.url).resolve("tsx");

it.skipIf(process.platform === "win32")("a SIGTERM to npm, which ends the shell between, stops the program", async () => {
  // What npm does: a shell that waits for the program and passes no signal on.
  const line = `"${process.execPath}" --conditions=@ltad/source --import "${tsx}" "${program}"; true`;
  const shell = spawn("sh", ["-c", line], { env: { ...process.env, npm_lifecycle_event: "ltad" }, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  shell.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said === "ready\n") shell.kill("SIGTERM");
  });
  await once(shell.stdout, "close"); // the program has the other end, too
  expect(said).toBe("ready\nstopped\n");
});
