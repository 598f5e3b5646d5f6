import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../../..", import.meta.url));
const statement = /^(?:import|export)\s+(?!type\b)(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gm;

/** All foreign packages that a source file loads before anything runs: static imports followed through our own packages. */
export function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(file)) return found;
  seen.add(file);
  for (const [, name = ""] of readFileSync(file, "utf8").matchAll(statement)) {
    const source = sourceOf(name, file);
    if (source === null) found.add(name);
    else for (const inner of loadedBy(source, seen)) found.add(inner);
  }
  return found;
}

/** The source behind an import of ours, null for a foreign package. */
function sourceOf(name: string, from: string): string | null {
  if (name.startsWith(".")) return resolve(dirname(from), name.replace(/\.js$/, ".ts"));
  const ours = /^@ltad\/([^/]+)(\/.+)?$/.exec(name);
  if (!ours) return null;
  const folder = join(packages, ours[1] ?? "");
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { exports: Record<string, Record<string, string>> };
  return join(folder, exports[`.${ours[2] ?? ""}`]?.["@ltad/source"] ?? "");
}
