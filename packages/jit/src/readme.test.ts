import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { families } from "./kernels/index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("the README lists the kernels that there are", () => {
  const names = (rows: object) =>
    Object.keys(rows)
      .filter((name) => !name.startsWith("Ltad"))
      .sort()
      .join(" ");
  const rows = Object.entries(families).map(([family, rows]) => `| ${family} | ${names(rows)} |`);
  expect(readme).toContain(["| family | TF.js kernels |", "| --- | --- |", ...rows, "", "Not covered"].join("\n"));
});
