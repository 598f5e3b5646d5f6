import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { shellWords } from "./shell-words.js";

it("is read back by a shell as the same words", () => {
  const words = ["a", "a b", "it's", `"$HOME"`, "", "x;rm -rf y", "~", "\\", "ä", "*"];
  const read = execFileSync("/bin/sh", ["-c", `printf '%s\\n' ${shellWords(words)}`], { encoding: "utf8" });
  expect(read.split("\n").slice(0, -1)).toEqual(words);
});
