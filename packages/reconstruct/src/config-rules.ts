import { boolean, fields, listOf, oneOf, optional, pairOf, type Rule, whole } from "@ltad/core/check";

const size = whole(1);
const count = optional(whole(0));
const common = { channels: size, grid: pairOf(size), width: optional(size), hidden: optional(size) };
const neighbours: Rule = (value, path) => {
  if (value !== false) pairOf(size)(value, path);
};

/** The rules for the config of each kind. Unknown keys are refused. */
export const configRules = {
  "token-mlp": fields({ kind: oneOf(["token-mlp"]), ...common, zSize: size, blocks: count }),
  prenorm: fields({ kind: oneOf(["prenorm"]), ...common, zSize: size, heads: optional(size), layers: count }),
  uniad: fields({
    kind: oneOf(["uniad"]),
    ...common,
    heads: optional(size),
    encoderLayers: count,
    decoderLayers: count,
    neighbours: optional(neighbours),
    zSize: optional(size), // UniAD does not read the image vector, but a config may state its size
    masked: optional(listOf(boolean, 3)),
  }),
} as const satisfies Readonly<Record<string, Rule>>;
