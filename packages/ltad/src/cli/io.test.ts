import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { expect, it } from "vitest";

const tsx = createRequire(import.meta.url).resolve("tsx");
/** Says "ready", and "stopped" when it is interrupted. */
const program = `
  import { processIo } from ${JSON.stringify(new URL("io.ts", import.meta.url).href)};
  const wait = setInterval(() => {}, 1000);
  processIo().onInterrupt(() => {
    process.stdout.write("stopped\\n");
    setTimeout(() => clearInterval(wait), 100);
  });
  process.stdout.write("ready\\n");
`;

it.skipIf(process.platform === "win32")("a SIGTERM to npm, which ends the shell between, stops the program", async () => {
  // What npm does: a shell that waits for the program and passes no signal on.
  const line = `"${process.execPath}" --conditions=@ltad/source --import "${tsx}" --input-type=module --eval "$PROGRAM"; true`;
  const shell = spawn("sh", ["-c", line], {
    env: { ...process.env, npm_lifecycle_event: "ltad", PROGRAM: program },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  shell.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said === "ready\n") shell.kill("SIGTERM");
  });
  await once(shell.stdout, "close"); // the program has the other end, too
  expect(said).toBe("ready\nstopped\n");
});

it.skipIf(process.platform === "win32")("one Ctrl-C that comes from the terminal and from npm counts once", async () => {
  const options = ["--conditions=@ltad/source", "--import", tsx, "--input-type=module", "--eval", program];
  const child = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said === "ready\n") for (const signal of ["SIGINT", "SIGTERM"] as const) child.kill(signal);
  });
  await once(child.stdout, "close");
  expect(said).toBe("ready\nstopped\n");
});
