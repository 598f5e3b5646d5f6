import { describe, expect, it } from "vitest";
import { readWorkspace } from "./workspace.js";

const limit = 300;

/** True when the first thing in the file is a comment that says why it is long. */
function saysWhy(text: string): boolean {
  const comment = /^\s*(?:\/\*[\s\S]*?\*\/|(?:\/\/[^\n]*\n?\s*)+)/.exec(text)?.[0] ?? "";
  return /over 300 lines/i.test(comment);
}

describe(`a file over ${limit} lines`, () => {
  it.each(readWorkspace().map((member) => [member.folder, member] as const))("says why in its first comment: %s", (_, { files }) => {
    const long = files.filter(({ text }) => text.split("\n").length > limit + 1 && !saysWhy(text));
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it("is read as intended", () => {
    expect(saysWhy("// Over 300 lines: one table of operations.\nimport 1")).toBe(true);
    expect(saysWhy("/**\n * A table.\n * Over 300 lines because rows belong together.\n */\nx")).toBe(true);
    expect(saysWhy("import 1;\n// Over 300 lines: too late")).toBe(false);
  });
});
