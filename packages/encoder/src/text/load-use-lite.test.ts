import { float32 } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { useLiteWeights } from "./load-use-lite.js";
import { useLite } from "./sentence-shapes.js";

const stack = "module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack/Layer_0";

describe("useLiteWeights", () => {
  const frequencies = (count: number) => ({
    nodes: new Map([[`${stack}/AddTimingSignal/TimingSignal/mul_2`, { op: "Mul", input: ["position", "f"] }]]),
    weights: { f: float32([1, count]) },
  });

  // That a whole graph is read right is checked with the real weights: there every vector depends on every parameter.
  it("names what a foreign graph does not have", () => {
    expect(() => useLiteWeights({ nodes: new Map(), weights: {} }, useLite, "test@1")).toThrow(
      `test@1: expected a weight at input 1 of node ${stack}/AddTimingSignal/TimingSignal/mul_2, found none`,
    );
    expect(() => useLiteWeights(frequencies(64), useLite, "test@1")).toThrow("test@1: 64 frequencies, expected 128");
    expect(() => useLiteWeights(frequencies(128), useLite, "test@1")).toThrow(
      expect.objectContaining({
        code: "LTAD_WEIGHTS",
        message: expect.stringContaining(`${stack}/TransformerLayer/layer_prepostprocess`) as string,
      }),
    );
  });
});
