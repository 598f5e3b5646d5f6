import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../architecture/workspace.js";

/** Runs `ltad-server` from its sources on a free port, as its users run it. */
export async function runServer(...args: string[]) {
  const main = join(root, "apps/server/src/main.ts");
  const options = ["--conditions=@ltad/source", "--import", import.meta.resolve("tsx")];
  const child = spawn(process.execPath, [...options, main, ...args, "--port", "0", "--log-level", "warn"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const found = /Serving .* at (http:\S+)/.exec(said);
      if (found) resolve(found[1]!);
    });
    child.once("close", () => reject(new Error(said)));
  });
  const close = async () => {
    const ended = once(child, "close");
    child.kill("SIGTERM");
    await ended;
  };
  return { url, close };
}
