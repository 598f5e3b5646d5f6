import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = (name: string) => fileURLToPath(new URL(`../../tools/reference/step/${name}`, import.meta.url));

/** A Python program that answers requests line by line. */
export interface Reference {
  /** What it said of itself at the start. */
  readonly hello: Record<string, unknown>;
  ask(request: object): Promise<{ ms: number[] }>;
  close(): void;
}

/**
 * Starts a script of tools/reference/step.
 * @returns nothing when this Python has not what the script imports
 */
export async function openReference(
  python: string,
  name: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Reference | undefined> {
  const child = spawn(python, [script(name), ...args], { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  const failed = new Promise<undefined>((resolve) => {
    child.on("error", () => resolve(undefined));
    child.on("exit", () => resolve(undefined));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await Promise.race([lines.next(), failed]);
    return line && !line.done ? (JSON.parse(line.value) as Record<string, unknown>) : undefined;
  };
  const hello = await next();
  if (!hello) return undefined;
  return {
    hello,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = await next();
      if (!answer) throw new Error(`${name} ended before it answered`);
      return answer as unknown as { ms: number[] };
    },
    close: () => child.stdin.end(),
  };
}

/** Environment that makes MKL take the path it keeps for Intel's processors; needs a C compiler. */
export function fastMkl(): Record<string, string> | undefined {
  const library = join(mkdtempSync(join(tmpdir(), "ltad-mkl-")), "mkl_intel.so");
  try {
    execFileSync("cc", ["-shared", "-fPIC", "-o", library, script("mkl_intel.c")], { stdio: "ignore" });
    return { LD_PRELOAD: library };
  } catch {
    return undefined;
  }
}
