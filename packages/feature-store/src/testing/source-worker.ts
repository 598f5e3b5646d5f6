import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm/api")).href;
const fromSources =
  'export const resolve = (name, context, next) => next(name, { ...context, conditions: ["@ltad/source", ...context.conditions] });';

/** A program for the two threads that needs no build: tsx loads worker.ts and the sources of our packages. */
export async function sourceWorker(folder: string): Promise<URL> {
  return workerOf(folder, "worker", [
    'import { register } from "node:module";',
    `import { register as registerTsx } from ${JSON.stringify(tsx)};`,
    `register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(fromSources)}`)});`,
    "registerTsx();",
    `await import(${JSON.stringify(new URL("../worker.ts", import.meta.url).href)});`,
  ]);
}

/** A program for the two threads that consists of these lines. */
export async function workerOf(folder: string, name: string, lines: readonly string[]): Promise<URL> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, lines.join("\n"));
  return pathToFileURL(file);
}
