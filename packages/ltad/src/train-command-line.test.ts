import { expect, it } from "vitest";
import { trainCommandLine } from "./train-command-line.js";

it("a command line says how the data set was read", () => {
  const options = { good: ["ok", "also ok"], bad: ["nok"], className: "m8", goodNames: ["io"], layout: "visa", links: true, out: "model" };
  expect(trainCommandLine(undefined, options)).toBe(
    "ltad train --good ok --good 'also ok' --bad nok --layout visa --good-names io --class-name m8 --links --protocol full --seed 0 --out model",
  );
  expect(trainCommandLine("data", { out: "model" })).toBe("ltad train data --protocol full --seed 0 --out model");
});
