import { win32 } from "node:path";
import { describe, expect, it } from "vitest";
import { outputNames } from "./output-names.js";

it.each([
  [
    ["a/1.png", "a/2.png"],
    ["1", "2"],
  ],
  [
    ["a/1.png", "b/1.png", "b/2.png"],
    ["a--1", "b--1", "2"],
  ],
  [
    ["a/1.png", "a/1.jpg"],
    ["1.png", "1.jpg"],
  ],
  [
    ["a/x.png", "a/X.png"],
    ["x.png-2", "X.png-3"],
  ],
  [["/data/a/1.png"], ["1"]],
  [
    ["a/b/1.png", "a--b/1.png", "a/b--1.png", "c/1.png"],
    ["a--b--1.png-2", "a--b--1.png-3", "b--1", "c--1"],
  ],
  [[".hidden"], [".hidden"]],
])("names %j", (files, expected) => {
  const names = outputNames(files);
  expect(files.map((file) => names.get(file))).toEqual(expected);
});

it("gives different names to any files, and none leaves the folder", () => {
  const files = Array.from(
    { length: 60 },
    (_, i) =>
      `${["a", "a/b", "A"][i % 3]}/${["x", "X", "x-2"][Math.floor(i / 3) % 3]}.${["png", "jpg", "PNG"][Math.floor(i / 9) % 3]}${i > 26 ? i : ""}`,
  );
  const names = [...outputNames([...new Set([...files, "../x.png", "../../x.png"])]).values()];
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  for (const name of names) expect(name).not.toMatch(/[/\\]|^\.\.$/);
});

describe("on Windows", () => {
  const names = (...files: string[]) => [...outputNames(files, win32).values()].sort();

  it("takes both separators, and one folder in front where names meet", () => {
    expect(names("C:\\line\\a\\004.png", "C:/line/b/004.png", "C:\\line\\b\\005.png")).toEqual(["005", "a--004", "b--004"]);
  });

  it("has no colon in a name when the images lie on two drives", () => {
    expect(names("C:\\a\\004.png", "D:\\a\\004.png").join()).not.toContain(":");
    expect(new Set(names("C:\\a\\004.png", "D:\\a\\004.png")).size).toBe(2);
  });

  it("takes network paths", () => {
    expect(names("\\\\server\\share\\a\\1.png", "\\\\server\\share\\b\\1.png")).toEqual(["a--1", "b--1"]);
  });
});

describe("names that Windows refuses", () => {
  it.each([
    ["con.png", "con_"],
    ["Aux.front.jpg", "Aux_.front"],
    ["COM1", "COM1_"],
    ["console.png", "console"],
    ["a:b?.png", "a_b_"],
    ["end. .png", "end"],
  ])("%s becomes %s", (file, name) => {
    expect([...outputNames([file]).values()]).toEqual([name]);
  });
});
