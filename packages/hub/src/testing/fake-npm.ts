import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sha256 } from "@ltad/core";
import { create } from "tar";
import { onTestFinished } from "vitest";
import type { PinnedPackage } from "../pinned-package.js";

/** A temporary folder that goes away with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-encoder-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Packs files as npm does, under `package/`, and pins them as they are. */
export async function packFiles(
  contents: Readonly<Record<string, string | Uint8Array>>,
): Promise<{ pinned: PinnedPackage; tarball: string }> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, "package", name)), { recursive: true });
    await writeFile(join(folder, "package", name), content);
  }
  const tarball = join(folder, "made.tgz");
  create({ file: tarball, gzip: true, cwd: folder, sync: true }, ["package"]);
  const files = Object.entries(contents).map(([name, content]) => ({
    path: `package/${name}`,
    size: Buffer.byteLength(content),
    sha256: sha256(content),
  }));
  return { tarball, pinned: { name: "@made/weights", version: "1.2.3", files, ...(await fingerprint(tarball)) } };
}

/** SHA-512 and size of a tarball, as a package is pinned by. */
export async function fingerprint(tarball: string): Promise<Pick<PinnedPackage, "sha512" | "size">> {
  const bytes = await readFile(tarball);
  return { sha512: createHash("sha512").update(bytes).digest("base64"), size: bytes.length };
}

/** What {@link registryNpm} says and does. */
export interface Registry {
  readonly tarball: string;
  /** What `npm view` prints for the wanted fields. */
  readonly said: unknown;
  /** Lines that run before a tarball is delivered. */
  readonly before?: string;
  /** Lines that run whatever is asked. */
  readonly always?: string;
}

/** An npm with one package in its registry, and the words it was called with. */
export async function registryNpm({
  tarball,
  said,
  before = "",
  always = "",
}: Registry): Promise<{ npm: string; calls: () => Promise<string[][]> }> {
  const log = join(await temporaryFolder(), "calls");
  const npm = await fakeNpm(`
    fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify(args) + "\\n");
    ${always}
    if (args[0] === "view") console.log(${JSON.stringify(JSON.stringify(said) ?? "")});
    else { ${before}; fs.copyFileSync(${JSON.stringify(tarball)}, "package-1.2.3.tgz"); }`);
  const calls = async () => (await readFile(log, "utf8").catch(() => "")).split("\n").filter(Boolean);
  return { npm, calls: async () => (await calls()).map((line) => JSON.parse(line) as string[]) };
}

/** A program that stands in for npm: runs a few lines of JavaScript with `fs` and `args`, in npm's working folder. */
export async function fakeNpm(lines: string): Promise<string> {
  const path = join(await temporaryFolder(), "npm");
  await writeFile(path, `#!${process.execPath}\nconst fs = require("fs"), args = process.argv.slice(2);\n${lines}\n`);
  await chmod(path, 0o755);
  return path;
}
