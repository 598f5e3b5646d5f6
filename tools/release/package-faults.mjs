import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { readArrayBuffer } from "./npm-pack.mjs";

/** What publint finds in a tarball, its advice included; and a range that npm cannot install. */
export async function publintFaults(tarball) {
  const { messages, pkg } = await publint({ pack: { tarball: await readArrayBuffer(tarball) }, strict: true });
  const ranges = JSON.stringify(pkg).includes('"workspace:') ? ['a dependency is "workspace:", which npm cannot install'] : [];
  return [...messages.map((message) => formatMessage(message, pkg)), ...ranges];
}

/** Our packages are ES modules: who requires them, or uses TypeScript's old "node10" resolution, is not served. */
const notServed = new Set(["node10", "node16-cjs"]);

/** What "Are the types wrong?" finds in a tarball for the users of ES modules. */
export async function typesFaults(tarball) {
  const { types, problems = [] } = await checkPackage(createPackageFromTarballData(new Uint8Array(await readArrayBuffer(tarball))));
  if (!types) return ["has no types"];
  return problems.filter(({ resolutionKind }) => !notServed.has(resolutionKind)).map(describe);
}

function describe({ kind, entrypoint, resolutionKind }) {
  return [kind, entrypoint && `at "${entrypoint}"`, resolutionKind && `(${resolutionKind})`].filter(Boolean).join(" ");
}

/** Files that have no place in a tarball, and those that are missing. */
export function fileFaults(files) {
  const strays = files.filter((path) => /\.test\.ts$|__fixtures__|\.env|(^|\/)node_modules\//.test(path)).map((path) => `ships ${path}`);
  const built = files.some((path) => path.startsWith("dist/"));
  const missing = ["LICENSE", "README.md"].filter((path) => !files.includes(path)).map((path) => `ships no ${path}`);
  return [...strays, ...missing, ...(built ? [] : ['ships nothing in dist: run "npm run build" first'])];
}
