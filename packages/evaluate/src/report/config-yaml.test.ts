import { expect, it } from "vitest";
import { parse } from "yaml";
import { configYaml } from "./config-yaml.js";

it("keeps lists on one line and reads back as the same settings", () => {
  const config = {
    groups: [
      [2, 3],
      [2, 3, 5],
    ],
    features: { stages: [2], shrink: "area" },
    list: [{ a: 1 }],
    text: "yes",
    none: null,
  };
  const text = configYaml(config);
  expect(text).toContain("groups: [[2, 3], [2, 3, 5]]\nfeatures:\n  stages: [2]\n");
  expect(parse(text)).toEqual(config);
});
