// npm run release:check [-- NAME ...]: packs every public package with npm and looks at the tarballs as npm, TypeScript and a page would.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserSize, sizeBudgets } from "./browser-size.mjs";
import { outdatedFiles } from "./manifests.mjs";
import { readMembers } from "./members.mjs";
import { npm, npmPack } from "./npm-pack.mjs";
import { fileFaults, publintFaults, typesFaults } from "./package-faults.mjs";

/** @returns how many packages have a fault */
async function check(names) {
  const outdated = outdatedFiles().map(([path]) => path);
  if (outdated.length > 0) console.log(`FAILED manifests: run "npm run manifests"; outdated are ${outdated.join(", ")}`);
  const members = readMembers().filter(({ isPublic, manifest }) => isPublic && (names.length === 0 || names.includes(manifest.name)));
  const place = await mkdtemp(join(tmpdir(), "ltad-release-"));
  try {
    const packed = await npmPack(
      members.map(({ folder }) => folder),
      place,
    );
    let failed = outdated.length > 0 ? 1 : 0;
    for (const { manifest } of members) failed += await checkOne(manifest, packed.get(manifest.name));
    console.log(`\n${members.length} packages, ${failed === 0 ? "all can be published" : `${failed} with faults`}`);
    return failed;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Prints one line, and one for each fault. @returns 1 when there is any */
async function checkOne(manifest, { tarball, files, bytes }) {
  const isLibrary = manifest.exports !== undefined;
  const parts = [
    ["files", fileFaults(files)],
    ["publint", await publintFaults(tarball)],
    ["types", isLibrary ? await typesFaults(tarball) : []],
    ["publish", await publishFaults(tarball)],
    ["size", await sizeFaults(manifest.name)],
  ];
  const faults = parts.flatMap(([part, found]) => found.map((fault) => `${part}: ${fault}`));
  const size = `${(bytes / 1000).toFixed(0).padStart(5)} kB, ${String(files.length).padStart(3)} files`;
  console.log(`${faults.length === 0 ? "ok    " : "FAILED"} ${`${manifest.name}@${manifest.version}`.padEnd(28)} ${size}`);
  for (const fault of faults) console.log(`         ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

async function publishFaults(tarball) {
  const { code, all } = await npm(["publish", tarball, "--dry-run", "--access=public", "--loglevel=error"]);
  return code === 0 ? [] : [all.trim()];
}

async function sizeFaults(name) {
  const budget = sizeBudgets[name];
  const bytes = budget === undefined ? 0 : await browserSize(name);
  return bytes <= (budget ?? 0) ? [] : [`all exports weigh ${bytes} bytes in a page (minified, gzip); the budget is ${budget}`];
}

process.exitCode = (await check(process.argv.slice(2))) > 0 ? 1 : 0;
