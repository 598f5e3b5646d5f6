import { expect, it } from "vitest";
import { parseSource } from "./source.js";

it.each(["C:\\models\\vit", "d:/models/vit", "\\\\server\\share\\vit", ".\\vit", "~/vit"])("%s is a path on every system", (path) => {
  expect(parseSource(path)).toEqual({ kind: "path", path });
});
