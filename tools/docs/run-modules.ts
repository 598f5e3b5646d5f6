import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// Runs modules one after another, each in an empty working folder: node --import tsx run-modules.ts MARK FILE... A line with the mark comes
// before what a module prints, and one with the mark and a cross before the fault of a module that throws.

const [mark, ...files] = process.argv.slice(2);
const home = process.cwd();

for (const file of files) {
  const folder = await mkdtemp(join(tmpdir(), "ltad-docs-"));
  process.chdir(folder);
  console.log(`${mark} ${file}`);
  await import(pathToFileURL(file).href).catch((error: unknown) => console.log(`${mark}!`, error));
  process.chdir(home);
  await rm(folder, { recursive: true, force: true });
}
