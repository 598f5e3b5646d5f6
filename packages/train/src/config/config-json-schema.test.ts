import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { configJsonSchema } from "./config-json-schema.js";
import { presets } from "./presets.js";
import { resolveConfig } from "./resolve-config.js";

const validate = new Ajv2020({ strict: true }).compile(configJsonSchema());

describe("configJsonSchema", () => {
  it.each(Object.keys(presets) as (keyof typeof presets)[])("accepts the whole config of preset %s", (preset) => {
    expect(validate(resolveConfig({ preset })), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ["nothing", {}, true],
    ["a preset alone", { preset: "fast" }, true],
    ["one setting of a section", { detect: { steps: 20 } }, true],
    ["another kind with its own settings", { reconstruct: { kind: "uniad", heads: 4 } }, true],
    ["auto", { features: { inputSize: "auto", tile: null } }, true],
    ["a preset that is not there", { preset: "fats" }, false],
    ["a misspelt section", { detekt: { steps: 20 } }, false],
    ["a misspelt setting", { detect: { step: 20 } }, false],
    ["a number of steps below one", { detect: { steps: 0 } }, false],
    ["a setting of another kind", { reconstruct: { kind: "token-mlp", heads: 4 } }, false],
  ])("%s", (_, file, isValid) => {
    expect(validate(file)).toBe(isValid);
    const sets = "reconstruct" in file ? { detect: { tokens: null } } : {}; // uniad attends over whole images
    const isResolved = (() => {
      try {
        return resolveConfig({ file: { ...sets, ...file } }) !== undefined;
      } catch {
        return false;
      }
    })();
    expect(isResolved).toBe(isValid);
  });

  it("says what a setting is for", () => {
    expect(JSON.stringify(configJsonSchema())).toContain("S = S_rec + lambda S_sem");
  });
});
