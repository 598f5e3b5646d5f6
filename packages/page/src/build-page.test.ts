import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "./build-page.js";

describe("the built page", () => {
  let files: Map<string, Uint8Array>;
  const text = (name: string) => Buffer.from(files.get(name)!).toString();

  beforeAll(async () => {
    files = await buildPage(["src/app/main.tsx", "src/worker/worker.ts"]);
  });

  it("is a document with a style and scripts of its own, and loads nothing from elsewhere", () => {
    expect(files.has("assets/main.js") && files.has("assets/worker.js") && files.has("assets/style.css")).toBe(true);
    expect(text("index.html")).not.toMatch(/https?:|<style|style=|<script>/);
    expect(text("assets/style.css")).not.toMatch(/url\(|@import/);
  });

  it("needs no Node", () => {
    // ONNX Runtime has one build for both, which asks where it is
    const own = [...files.keys()].filter((name) => !text(name).includes("ONNX Runtime Web"));
    expect(own).toEqual(expect.arrayContaining(["assets/main.js", "assets/worker.js"]));
    for (const name of own) expect(text(name).match(/["']node:\w+|require\("\w+"\)/), name).toBeNull();
  });

  it("weighs at most 25 kB before a model runs in it, compressed", () => {
    const size = ["index.html", "assets/style.css", "assets/main.js"].reduce((sum, name) => sum + gzipSync(files.get(name)!).length, 0);
    expect(text("assets/main.js")).not.toMatch(/from"\.\/|import"\.\//);
    expect(size).toBeLessThanOrEqual(25_000);
    expect(size).toBeGreaterThan(15_000);
  });
});
