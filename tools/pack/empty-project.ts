import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { findPnpm } from "../house/pnpm.mjs";
import { cleanEnvironment } from "../house/run.mjs";

const runFile = promisify(execFile);

/** The registry did not answer; nothing is said about the package. */
export class Unreachable extends Error {}

/** Runs a package manager in a folder. @throws Unreachable when there is no network */
export async function manage(tool: "npm" | "pnpm", args: readonly string[], cwd: string): Promise<void> {
  const env = cleanEnvironment(tool === "pnpm" ? await findPnpm() : undefined);
  await runFile(tool, args, { cwd, env, maxBuffer: 64 << 20, shell: process.platform === "win32" }).catch(
    (error: Error & { stdout?: string; stderr?: string }) => {
      const words = `${error.stdout ?? ""}${error.stderr ?? ""}`;
      const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|NO_OFFLINE|META_FETCH_FAIL/.exec(
        words,
      )?.[0];
      throw offline
        ? new Unreachable(`the registry cannot be reached: ${offline}`)
        : new Error(`${tool} ${args.join(" ")} failed in ${cwd}:\n${words}`);
    },
  );
}

/** A new project with these tarballs as its only dependencies; every `@ltad` package comes from them, at any depth. */
export async function makeProject(folder: string, tarballs: Readonly<Record<string, string>>, own: readonly string[]): Promise<void> {
  const specs = Object.fromEntries(Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`]));
  const dependencies = Object.fromEntries(own.map((name) => [name, specs[name]]));
  const manifest = { name: "empty", version: "1.0.0", private: true, type: "module", dependencies, pnpm: { overrides: specs } };
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/package.json`, JSON.stringify(manifest));
}

/** The names that a module exports when plain Node imports it in this folder. */
export async function exportsOf(name: string, cwd: string): Promise<string[]> {
  const script = `import(${JSON.stringify(name)}).then((all) => console.log(JSON.stringify(Object.keys(all))))`;
  const { stdout } = await runFile(process.execPath, ["-e", script], { cwd });
  return JSON.parse(stdout) as string[];
}
