import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

/**
 * Runs bench/NAME.ts or bench/NAME/main.ts on the built packages.
 * @returns the exit code: the bench's own, 2 for an unknown name, 1 when it does not end with its line of JSON
 */
export async function bench([name = "", ...args], base = root) {
  const file = benches(base).get(name);
  if (!file) {
    console.error(`There is no bench "${name}". Use one of: ${[...benches(base).keys()].join(", ")}.`);
    return 2;
  }
  const { code, last } = await runBench(file, args);
  const fault = code === 0 ? faultOf(last) : undefined;
  if (fault) console.error(`bench/${name}: ${fault}. bench/README.md says what the last line is.`);
  return fault ? 1 : code;
}

/** Names and files of all benches. */
export function benches(base = root) {
  const found = readdirSync(join(base, "bench")).flatMap((entry) => {
    if (entry.endsWith(".ts") && !entry.endsWith(".test.ts")) return [[entry.slice(0, -3), join(base, "bench", entry)]];
    const main = join(base, "bench", entry, "main.ts");
    return existsSync(main) ? [[entry, main]] : [];
  });
  return new Map(found);
}

/** Passes stdout through and keeps its last line. */
function runBench(file, args) {
  return new Promise((resolve) => {
    let tail = "";
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), file, ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout.on("data", (chunk) => {
      process.stdout.write(chunk);
      tail = (tail + chunk.toString("utf8")).slice(-1_000_000);
    });
    child.on("close", (code) => resolve({ code: code ?? 1, last: tail.trimEnd().split("\n").at(-1) ?? "" }));
  });
}

/** What is wrong with `{"name", "figures": {key: number}, "targets": {key: number}, "met": {key: boolean}}`. */
export function faultOf(line) {
  let result;
  try {
    result = JSON.parse(line);
  } catch {
    return "its last line is not JSON";
  }
  const of = (record, type) =>
    typeof record === "object" && record !== null && Object.values(record).every((value) => typeof value === type);
  if (typeof result?.name !== "string") return 'its last line has no "name"';
  if (!of(result.figures, "number") || !of(result.targets, "number")) return '"figures" and "targets" must hold numbers';
  if (!of(result.met, "boolean")) return '"met" must hold true or false';
  const strays = Object.keys(result.met).filter((key) => !(key in result.targets));
  return strays.length > 0 ? `"met" names ${strays.join(", ")}, which is not a target` : undefined;
}
