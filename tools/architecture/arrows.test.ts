import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { arrows, free } from "./arrows.js";
import { type Manifest, type Member, packageOf, readWorkspace, root, type SourceFile, targetOf } from "./workspace.js";

const members = readWorkspace();
const rootManifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
const short = (name: string) => name.replace("@ltad/", "");
const ours = new Set(members.map(({ manifest }) => manifest.name));
const isRelative = (name: string) => name.startsWith(".");
/** "@types/x" -> "x", whose types it has. */
const typed = (name: string) => name.replace(/^@types\/(?:(.+)__)?/, (_, scope?: string) => (scope ? `@${scope}/` : ""));
/** Peers that a package works with and neither imports nor needs are left out. */
const peersOf = ({ peerDependencies = {}, peerDependenciesMeta }: Manifest) =>
  Object.fromEntries(Object.entries(peerDependencies).filter(([name]) => !peerDependenciesMeta?.[name]?.optional));
const declared = (manifest: Manifest) => ({ ...manifest.dependencies, ...manifest.optionalDependencies, ...peersOf(manifest) });

/** Every import of another package, with the file that has it. */
const outside = (files: readonly SourceFile[]) =>
  files.flatMap(({ path, imports }) =>
    imports.filter((name) => !isRelative(name) && !isBuiltin(name)).map((name) => ({ path, name: packageOf(name) })),
  );

describe("the arrows", () => {
  it("name every member of the workspace and no other", () => {
    expect([...Object.keys(arrows), ...free].toSorted()).toEqual(members.map(({ manifest }) => short(manifest.name)).toSorted());
  });

  it("have no circle", () => {
    for (const [name, below] of Object.entries(arrows))
      for (const other of below) expect(arrows[other], `${name} -> ${other}`).not.toContain(name);
  });

  it("would be seen if they pointed up", () => {
    expect(outside([{ path: "x.ts", text: "", imports: ["@ltad/train/x", "./y.js", "node:fs", "sharp/lib"] }])).toEqual([
      { path: "x.ts", name: "@ltad/train" },
      { path: "x.ts", name: "sharp" },
    ]);
  });
});

describe.each(members.map((member) => [short(member.manifest.name), member] as const))("%s", (name, member: Member) => {
  const { folder, manifest, files, shipped } = member;

  it.skipIf(free.includes(name))("imports the packages that the arrows name, and only those", () => {
    const used = outside(shipped).filter((from) => ours.has(from.name) && from.name !== manifest.name);
    expect([...new Set(used.map((from) => short(from.name)))].toSorted()).toEqual(arrows[name]?.toSorted());
  });

  it("declares every package that it imports", () => {
    const known = { ...declared(manifest), ...manifest.peerDependencies }; // an optional peer is imported by who has installed it
    const forTests = { ...known, ...manifest.devDependencies, ...rootManifest.devDependencies };
    const own = (from: { name: string }) => from.name === manifest.name;
    expect(outside(shipped).filter((from) => !own(from) && !(from.name in (manifest.private ? forTests : known)))).toEqual([]);
    expect(outside(files).filter((from) => !own(from) && !(from.name in forTests))).toEqual([]);
  });

  it("uses every package that it declares", () => {
    const peersBelow = members
      .filter(({ manifest: m }) => m.name in declared(manifest))
      .flatMap(({ manifest: m }) => Object.keys(peersOf(m)));
    const used = new Set([...outside(shipped).map((from) => from.name), ...peersBelow]);
    const usedInTests = new Set(outside(files).map((from) => from.name));
    const waits = free.includes(name); // they declare every package, so that whatever is measured or documented resolves
    expect(waits ? [] : Object.keys(declared(manifest)).filter((dependency) => !used.has(dependency))).toEqual([]);
    expect(Object.keys(manifest.devDependencies ?? {}).filter((dependency) => !usedInTests.has(typed(dependency)))).toEqual([]);
  });

  it("hands the peers of the packages below it on", () => {
    const below = members.filter(({ manifest: m }) => !manifest.private && m.name in declared(manifest));
    const peers = below.flatMap(({ manifest: m }) => Object.keys(peersOf(m)));
    expect(peers.filter((peer) => !(peer in declared(manifest)))).toEqual([]);
  });

  it("reaches others by their name, never by a path, and leaves their internal/ alone", () => {
    const relatives = files.flatMap(({ path, imports }) =>
      imports.filter(isRelative).map((to) => ({ path, to, target: targetOf(path, to) })),
    );
    const strays = relatives.filter(
      ({ path, target }) => !target.startsWith(`${folder}/`) && !(path.endsWith(".config.ts") && target === "tsup.base.ts"),
    );
    const intruders = relatives.filter(
      ({ path, target }) => target.includes("/internal/") && !path.startsWith(target.slice(0, target.indexOf("/internal/"))),
    );
    expect([...strays, ...intruders]).toEqual([]);
  });

  it("has no file that nothing reaches", () => {
    const named = new Set(files.flatMap(({ path, imports }) => imports.filter(isRelative).map((to) => targetOf(path, to))));
    const idle = files.filter((file) => !shipped.includes(file) && !named.has(file.path) && !/\.test\.ts$|\.config\.ts$/.test(file.path));
    expect(idle.map(({ path }) => path)).toEqual([]);
  });
});
