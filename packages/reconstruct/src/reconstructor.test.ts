import { createRng, type NdArray, type Tree } from "@ltad/core";
import { tensorsOf } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { expect, expectTypeOf, it } from "vitest";
import { type ReconstructConfig, type Reconstructor, reconstructor } from "./reconstructor.js";
import type { TokenMlpConfig, TokenMlpParams } from "./token-mlp.js";
import type { UniadConfig, UniadParams } from "./uniad.js";

const sizes = { channels: 3, grid: [2, 2], zSize: 2, width: 4, hidden: 5 } as const;

it("types a module by the parameters of its kind", () => {
  expectTypeOf<ReturnType<Reconstructor["init"]>>().toEqualTypeOf<Tree<NdArray>>();
  const mlp = reconstructor({ kind: "token-mlp", ...sizes } satisfies TokenMlpConfig);
  const uniad = reconstructor({ kind: "uniad", ...sizes, heads: 2, neighbours: false } satisfies UniadConfig);
  expectTypeOf(mlp).toEqualTypeOf<Reconstructor<TokenMlpParams<NdArray>>>();
  expectTypeOf(uniad).toEqualTypeOf<Reconstructor<UniadParams<NdArray>>>();
  const params = tensorsOf(mlp.init(createRng(1)));
  const [tokens, z] = [tf.ones<tf.Rank.R3>([1, 4, 3]), tf.ones<tf.Rank.R2>([1, 2])];
  expect(mlp.forward(params, tokens, z).shape).toEqual([1, 4, 3]);
  // @ts-expect-error the parameters of a token MLP are not those of UniAD
  expect(() => uniad.forward(params, tokens, z)).toThrow("expected parameters of initUniad");
});

it("refuses an unknown kind", () => {
  const config = { kind: "unet" } as unknown as ReconstructConfig;
  expect(() => reconstructor(config)).toThrow(expect.objectContaining({ code: "LTAD_CONFIG", details: { field: "kind" } }));
});
