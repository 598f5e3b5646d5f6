import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { version } from "@ltad/core";
import { storeCheck } from "@ltad/detector";
import { describe, expect, it } from "vitest";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, ltadWith, temporaryFolder } from "../../testing/test-io.js";
import type { Finding } from "./finding.js";

const findings = (stdout: string) =>
  Object.fromEntries((JSON.parse(stdout) as { findings: Finding[] }).findings.map((finding) => [finding.name, finding]));

async function model(): Promise<string> {
  const folder = await brightnessBundle(join(await temporaryFolder(), "model"), ["tile", "nut"]);
  await storeCheck(folder);
  return folder;
}

describe("ltad doctor", () => {
  it("names versions, native parts, cache, disk and memory", async () => {
    const cache = await temporaryFolder();
    await writeFile(join(cache, "weights"), new Uint8Array(2_000_000));
    const { code, stdout } = await ltadWith({ LTAD_CACHE_DIR: cache }, "doctor", "--json");
    const found = findings(stdout);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { ok: true }]);
    expect(found["ltad"]?.value).toBe(version);
    expect(found["Node.js"]).toEqual({ name: "Node.js", state: "ok", value: process.version });
    expect(found["platform"]?.value).toContain(`${process.platform} ${process.arch}`);
    expect(found["ONNX Runtime"]?.value).toMatch(/^onnxruntime-node \d.*, providers cpu/);
    expect(found["images"]?.value).toMatch(/^sharp \d.*, libvips \d/);
    expect(found["TensorFlow.js"]?.value).toMatch(/^@tensorflow\/tfjs 4\./);
    expect(found["cache"]?.value).toBe(`${cache}, 2 MB`);
    expect(found["disk"]?.value).toMatch(/^\d+ MB free$/);
    expect(found["memory"]?.value).toMatch(/^[\d.]+ of [\d.]+ GiB free$/);
  });

  it("says for people what is found, and ends with the answer", async () => {
    const { code, stdout } = await ltad("doctor", "--cache-dir", join(await temporaryFolder(), "none"));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +cache +.*none, not created yet$/m);
    expect(stdout).toMatch(/\nOK\n$/);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === "win32")("names a cache folder that cannot be written", async () => {
    const cache = join(await temporaryFolder(), "cache");
    await mkdir(cache);
    await chmod(cache, 0o500);
    const { code, stdout } = await ltad("doctor", "--cache-dir", cache, "--json");
    expect([code, findings(stdout)["cache"]?.state]).toEqual([1, "wrong"]);
  });
});

describe("ltad doctor MODEL", () => {
  it("finds the answer that the training stored", async () => {
    const { code, stdout } = await ltad("doctor", await model());
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +model +.*both graphs load, 2 classes, written by ltad test$/m);
    expect(stdout).toMatch(/^ok +answer +same checksum as after training: score 0\.\d+/m);
  });

  it("tells another answer, and ends with 1", async () => {
    const folder = await model();
    const manifest = JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as { check: { score: number } };
    manifest.check.score *= 1.5;
    await writeFile(join(folder, "model.json"), JSON.stringify(manifest));
    const { code, stdout } = await ltad("doctor", folder, "--json");
    expect([code, findings(stdout)["answer"]]).toMatchObject([
      1,
      { state: "wrong", remedy: expect.stringContaining("report it") as string },
    ]);
    const people = await ltad("doctor", folder);
    expect(people.stdout).toMatch(/^wrong +answer +score .*; after training they were .*\n +This machine computes different results/m);
    expect(people.stdout).toMatch(/\nNot OK: 1 problem to fix, see above\.\n$/);
  });

  it("says when a model stores none, which is no fault", async () => {
    const { code, stdout } = await ltad("doctor", await brightnessBundle(join(await temporaryFolder(), "model"), ["tile"]), "--json");
    expect([code, findings(stdout)["answer"]?.state]).toEqual([0, "note"]);
  });

  it("names what is not a model", async () => {
    const { code, stdout } = await ltad("doctor", await temporaryFolder(), "--json");
    expect([code, findings(stdout)["model"]]).toMatchObject([
      1,
      { state: "wrong", value: expect.stringContaining("model.json") as string },
    ]);
  });
});
