import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { benches, faultOf } from "./bench.mjs";
import { buildFingerprint, installFingerprint, isBuilt, isInstalled, workspaceFolders } from "./fingerprint.mjs";
import { wantedPnpm } from "./pnpm.mjs";
import { root } from "./run.mjs";

const files = {
  "package.json": "{}",
  "pnpm-lock.yaml": "lock: 1",
  "pnpm-workspace.yaml": "",
  "tsconfig.json": "{}",
  "tsconfig.base.json": "{}",
  "tsup.base.ts": "",
  "turbo.json": "{}",
  "packages/a/package.json": "{}",
  "packages/a/tsup.config.ts": "",
  "packages/a/src/index.ts": "export {};",
  "packages/a/src/index.test.ts": "",
  "packages/a/src/__fixtures__/x.json": "{}",
  "apps/trainer/notes.txt": "",
  "bench/README.md": "",
  "bench/quick.ts": "",
  "bench/large/main.ts": "",
  "bench/large/helper.ts": "",
};
let base = "";
const write = async (path: string, text: string) => {
  await mkdir(dirname(join(base, path)), { recursive: true });
  await writeFile(join(base, path), text);
};
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "ltad-house-"));
  for (const [path, text] of Object.entries(files)) await write(path, text);
});
afterAll(() => rm(base, { recursive: true, force: true }));

/** Runs a program of this folder to its end. */
function house(args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: root, env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe("the fingerprints", () => {
  it.each([
    ["pnpm-lock.yaml", true, true],
    ["packages/a/package.json", true, true],
    ["packages/a/src/index.ts", false, true],
    ["packages/a/src/new.ts", false, true],
    ["tsup.base.ts", false, true],
    ["packages/a/src/index.test.ts", false, false],
    ["packages/a/src/__fixtures__/x.json", false, false],
    ["packages/a/README.md", false, false],
  ])("see a change of %s: install again %s, build again %s", async (path, install, build) => {
    const before = { install: installFingerprint(base), build: buildFingerprint(base) };
    expect({ install: installFingerprint(base), build: buildFingerprint(base) }).toEqual(before);
    await write(path, '{ "changed": "longer than before" }');
    expect(installFingerprint(base) !== before.install).toBe(install);
    expect(buildFingerprint(base) !== before.build).toBe(build);
  });

  it("see a source of the same size by its time", async () => {
    const before = buildFingerprint(base);
    await utimes(join(base, "packages/a/src/index.ts"), 1, 1);
    expect(buildFingerprint(base)).not.toBe(before);
  });

  it("see what is not installed", async () => {
    expect(isInstalled(base)).toBe(false);
    await write("node_modules/.modules.yaml", "");
    expect(isInstalled(base)).toBe(true);
    await write("packages/a/package.json", '{ "dependencies": { "b": "1.0.0" } }');
    expect(isInstalled(base)).toBe(false);
    await mkdir(join(base, "packages/a/node_modules"));
    expect(isInstalled(base)).toBe(true);
  });

  it("see what is not built", async () => {
    expect(workspaceFolders(base)).toEqual(["packages/a"]);
    expect(isBuilt(base)).toBe(false);
    await mkdir(join(base, "packages/a/dist"));
    expect(isBuilt(base)).toBe(false);
    await write("packages/a/dist/index.js", "");
    expect(isBuilt(base)).toBe(true);
  });
});

describe("the commands", () => {
  it("refuse an old Node in words", async () => {
    const old = `Object.defineProperty(process.versions, "node", { value: "18.19.1" }); import("./tools/house.mjs")`;
    const { code, stdout, stderr } = await house(["-e", old]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^LTAD needs Node 20\.20 or newer; .*\n$/);
  });

  it("refuse a name they do not know", async () => {
    const { code, stderr } = await house(["tools/house.mjs", "dance"]);
    expect(code).toBe(2);
    expect(stderr).toContain('unknown command "dance". Use one of: demo, test, bench, build, docs.');
  });

  it("say how to build what is not there, on stderr alone", async () => {
    const script = `import("./tools/house/launch.mjs").then(({ launch }) => launch("trainer", [], ${JSON.stringify(base)}))`;
    const { code, stdout, stderr } = await house(["-e", script]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain('apps/trainer is not built yet. Run "npm run build" first');
  });

  it("hand arguments to the built app as Node would", async () => {
    await write("apps/trainer/package.json", '{ "type": "module" }');
    await write("apps/trainer/dist/main.js", "console.log(JSON.stringify(process.argv.slice(1)));");
    const script = `import("./tools/house/launch.mjs").then(({ launch }) => launch("trainer", ["eval", "--json"], ${JSON.stringify(base)}))`;
    const { stdout } = await house(["-e", script]);
    expect(JSON.parse(stdout)).toEqual([join(base, "apps/trainer/dist/main.js"), "eval", "--json"]);
  });

  it("want the pnpm of package.json", () => {
    expect(wantedPnpm()).toMatch(/^10\.\d+\.\d+$/);
  });
});

describe("bench", () => {
  it("finds files and folders with a main.ts", () => {
    expect(new Set(benches(base).keys())).toEqual(new Set(["large", "quick"]));
  });

  it.each([
    ['{"name":"x","figures":{"a":1,"b":2},"targets":{"a":1},"met":{"a":true}}', undefined],
    ["done", "its last line is not JSON"],
    ["null", 'its last line has no "name"'],
    ['{"name":"x","figures":{"a":"1"},"targets":{},"met":{}}', '"figures" and "targets" must hold numbers'],
    ['{"name":"x","figures":{},"targets":{"a":1},"met":{"a":1}}', '"met" must hold true or false'],
    ['{"name":"x","figures":{},"targets":{},"met":{"a":true}}', '"met" names a, which is not a target'],
  ])("judges the last line %s", (line, fault) => {
    expect(faultOf(line)).toBe(fault);
  });
});

describe("the counts of npm test", () => {
  it("hold passed, failed, skipped with reasons, and files that do not load", async () => {
    await mkdir(join(root, "tools/.cache"), { recursive: true }); // inside the repository, so that it finds vitest
    const folder = await mkdtemp(join(root, "tools/.cache/counts-"));
    try {
      const test = `import { it } from "vitest"; it("a", () => {}); it("b", () => { throw new Error("b"); }); it("c", ({ skip }) => skip("no network")); it.skip("d", () => {});`;
      await writeFile(join(folder, "x.spec.ts"), test);
      await writeFile(join(folder, "y.spec.ts"), `throw new Error("does not load");`);
      await writeFile(join(folder, "vitest.config.ts"), `export default { test: { include: ["*.spec.ts"] } };`);
      const counts = join(folder, "counts.json");
      const vitest = join(root, "node_modules/vitest/vitest.mjs");
      const { code } = await house([vitest, "run", "--root", folder, `--reporter=${root}tools/house/counts-reporter.ts`], {
        LTAD_HOUSE_COUNTS: counts,
      });
      expect(code).toBe(1);
      expect(JSON.parse(await readFile(counts, "utf8"))).toEqual({
        passed: 1,
        failed: 2,
        skipped: [{ name: "c", reason: "no network" }, { name: "d" }],
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
