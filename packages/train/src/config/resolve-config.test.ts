import { describe, expect, it } from "vitest";
import { configSchema } from "./config-schema.js";
import { presets } from "./presets.js";
import { resolveConfig } from "./resolve-config.js";

describe("resolveConfig", () => {
  it.each(["recommended", "fast", "paper"] as const)("gives the preset %s whole", (preset) => {
    expect(resolveConfig({ preset })).toEqual(presets[preset]);
  });

  it("is recommended when nothing is said", () => {
    expect(resolveConfig({})).toEqual(presets.recommended);
  });

  it("takes preset, then file, then single values", () => {
    const config = resolveConfig({
      file: { preset: "paper", detect: { steps: 7, images: 4 } },
      sets: ["detect.steps=9", "names.normalPrompt=one"],
    });
    expect(config.detect).toEqual({ ...presets.paper.detect, steps: 9, images: 4 });
    expect(config.names.normalPrompt).toBe("one");
  });

  it("starts another kind from that kind's own defaults", () => {
    const config = resolveConfig({ sets: ["reconstruct.kind=uniad", "detect.tokens=null"] });
    expect(config.reconstruct).toEqual({
      kind: "uniad",
      width: 256,
      heads: 8,
      hidden: 1024,
      encoderLayers: 4,
      decoderLayers: 4,
      neighbourhood: 7,
    });
  });

  it("names every fault at once, with its path", () => {
    expect(() => resolveConfig({ file: { detect: { steps: -1, stepps: 4 }, features: { shrink: "cubic" } } })).toThrow(
      /3 faults[\s\S]*features\.shrink[\s\S]*detect\.steps[\s\S]*detect\.stepps: there is no such setting/,
    );
  });

  it.each([
    [{ detect: { stepps: 4 } }, "detect.stepps: there is no such setting; did you mean steps? detect has steps, learningRate, warmup,"],
    [{ detekt: {} }, "detekt: there is no such setting; did you mean detect? The config has preset, encoder, features,"],
    [{ inputsize: 256 }, "inputsize: there is no such setting; did you mean features.inputSize?"],
    [{ "detect.steps": 4 }, "detect.steps: there is no such setting; write detect: and below it steps: 4."],
    [{ "detect.stepps": 4 }, "detect.stepps: there is no such setting; did you mean augment.steps or detect.steps?"],
    [
      { reconstruct: { kind: "uniad", neigborhood: 3 } },
      "did you mean neighbourhood? reconstruct has kind, width, heads, hidden, encoderLayers",
    ],
    [{ zzz: 1 }, "zzz: there is no such setting; check its spelling. The config has preset"],
  ])("says which setting was meant by %j, and which there are", (file, message) => {
    expect(() => resolveConfig({ file })).toThrow(message);
  });

  it.each([
    [{ preset: "best" }, 'preset: expected recommended, fast or paper, received "best"'],
    [{ sets: ["steps"] }, "--set: expected key=value"],
    [{ sets: ["semantic.kind=none"] }, "score.lambda: expected 0 because semantic.kind is none, received 0.1"],
    [{ sets: ["reconstruct.kind=uniad"] }, "uniad attends over whole images; set it to null"],
    [{ sets: ["detect.steps=many"] }, 'detect.steps: expected number, received "many"'],
    [{ sets: ["detect.steps=-1"] }, "detect.steps: Too small: expected number to be >0, received -1"],
    [{ sets: ["anomaly.low=4"] }, "anomaly.high: expected at least anomaly.low (4), received 3"],
    [{ sets: ["features.stages=[2,5,3,6]"] }, "features.stages: expected ascending order without repeats, received 2, 5, 3, 6"],
    [{ preset: "paper", sets: ["reconstruct.heads=7"] }, "expected a divisor of reconstruct.width (256), received 7"],
    [{ preset: "paper", sets: ["reconstruct.neighbourhood=6"] }, "expected 0 or an odd number below the grid's 14, received 6"],
    [{ preset: "paper", sets: ["reconstruct.neighbourhood=15"] }, "expected 0 or an odd number below the grid's 14, received 15"],
    [{ file: 3 }, "expected an object"],
    [{ sets: ["__proto__.x=1"] }, "__proto__"],
  ])("refuses %j", (sources, message) => {
    expect(() => resolveConfig(sources)).toThrow(message);
  });
});

it("the settings say that an encoder may be an npm package", () => {
  expect(configSchema.shape.encoder.shape.image.description).toContain("npm:PACKAGE@VERSION");
});
