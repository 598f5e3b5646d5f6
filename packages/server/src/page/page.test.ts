import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { page, pagePolicy } from "./page.js";

const inner = (tag: string) => new RegExp(`<${tag}>(.*)</${tag}>`, "s").exec(page("ltad"))?.[1] ?? "";

describe("the page", () => {
  it("runs exactly the script and the style that its policy names", () => {
    for (const tag of ["script", "style"]) {
      expect(inner(tag).length).toBeGreaterThan(500);
      expect(pagePolicy).toContain(`${tag}-src 'sha256-${createHash("sha256").update(inner(tag)).digest("base64")}'`);
    }
  });

  it("loads nothing, leaves no placeholder, and shows a name as text", () => {
    expect(page("ltad").replace(inner("script"), "")).not.toMatch(/{{| src=|stylesheet/);
    expect(page(`<b>&"'`)).toContain('data-model="&#60;b&#62;&#38;&#34;&#39;"');
  });

  it("has every element that its script looks for", () => {
    const ids = [...inner("script").matchAll(/element\("(\w+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(10);
    for (const id of ids) expect(page("ltad")).toContain(`id="${id}"`);
  });

  it("has a script without type faults in a browser", () => {
    const config = fileURLToPath(new URL("tsconfig.json", import.meta.url));
    const { options, fileNames } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(config, (path) => ts.sys.readFile(path)).config,
      ts.sys,
      dirname(config),
    );
    const faults = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options));
    expect(fileNames).toHaveLength(1);
    expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  });
});
