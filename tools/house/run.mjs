import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** What we keep between runs; gone when node_modules is. */
export const cache = join(root, "node_modules/.cache/house");

/** A fault to tell in words, without a stack. */
export class HouseError extends Error {}

/** The environment of a tool: ours, quiet, with these folders first on its path. */
export function environment(...folders) {
  const path = [...folders.filter(Boolean), process.env.PATH].join(delimiter);
  return {
    ...process.env,
    PATH: path,
    TURBO_TELEMETRY_DISABLED: "1",
    ORT_DISABLE_TELEMETRY: "1",
    DO_NOT_TRACK: "1",
    COREPACK_ENABLE_DOWNLOAD_PROMPT: "0",
  };
}

/** The environment without what `npm run` and vitest hand down in it: how a program behaves in a project of its own. */
export function cleanEnvironment(...folders) {
  const handedDown = /^(npm_(config_|package_|lifecycle_)|NODE_OPTIONS|NODE_ENV|VITEST|CI$)/i;
  return Object.fromEntries(Object.entries(environment(...folders)).filter(([name]) => !handedDown.test(name)));
}

/**
 * Runs a program to its end.
 * @param options.output "inherit", "stderr" (both streams to stderr, stdout stays clean) or "capture"
 * @returns exit code (1 for a signal or a program that is not there), captured output, seconds
 */
export function run(command, args, { env = environment(), output = "inherit", cwd = root } = {}) {
  const stdio = { inherit: ["ignore", "inherit", "inherit"], stderr: ["ignore", 2, 2], capture: ["ignore", "pipe", "pipe"] }[output];
  const started = performance.now();
  return new Promise((resolve) => {
    const chunks = { stdout: [], all: [] };
    const done = (code) =>
      resolve({ code, stdout: text(chunks.stdout), all: text(chunks.all), seconds: (performance.now() - started) / 1000 });
    const child = spawn(command, args, { cwd, env, stdio });
    child.stdout?.on("data", (chunk) => (chunks.stdout.push(chunk), chunks.all.push(chunk)));
    child.stderr?.on("data", (chunk) => chunks.all.push(chunk));
    child.on("error", (error) => (chunks.all.push(Buffer.from(error.message)), done(1)));
    child.on("close", (code) => done(code ?? 1));
  });
}

function text(chunks) {
  return Buffer.concat(chunks).toString("utf8");
}

/** Runs a program that was installed into node_modules, by its own Node. */
export async function runTool(name, args, options) {
  return run(process.execPath, [await toolPath(name), ...args], options);
}

/** The script behind `node_modules/.bin/NAME`, found by the package's own manifest: no shell, no .cmd. */
async function toolPath(name) {
  const folder = join(root, "node_modules", toolPackages[name] ?? name);
  const { bin } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : bin[name]);
}

const toolPackages = { tsc: "typescript", changeset: "@changesets/cli" };
