import { type WeightFile, float32, floats, LtadError, type NdArray, type NdArrays, unflatten } from "@ltad/core";
import * as z from "zod";
import { checkNumbers, checkTensors, misfitError } from "../named-params.js";
import { activations } from "./activations.js";
import { bertShapes } from "./bert.js";
import { clipTextShapes } from "./clip-text.js";
import type { Pooling } from "./pooling.js";
import type { TextEncoder } from "./text-encoder.js";
import { openTokenizer } from "./tokenizer.js";
import { type TowerPlan, towerEncoder, type TowerWeights } from "./tower-encoder.js";

/** The other files of a text encoder. */
export interface TextContext {
  /** The name of the folder, for errors. */
  readonly source: string;
  readonly name: string;
  /** Content of config.json. */
  readonly config: unknown;
  /** Text of tokenizer.json. */
  readonly tokenizer: string;
  /** Content of tokenizer_config.json. */
  readonly tokenizerConfig?: unknown;
  /** How a plain BERT pools its tokens; ALIGN and CLIP have their own pooling. */
  readonly pooling: Pooling;
  /** The most tokens it was trained on, including special ones, if that is fewer than its positions. */
  readonly maxLength?: number;
}

const size = z.int().positive().max(1_000_000);
const activation = z.enum(Object.keys(activations) as [keyof typeof activations]);
const bertConfig = z.looseObject({
  hidden_size: size.default(768),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(12),
  intermediate_size: size.default(3072),
  max_position_embeddings: size.default(512),
  type_vocab_size: size.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: activation.default("gelu"),
  position_embedding_type: z.literal("absolute").default("absolute"),
});
const clipConfig = z.looseObject({
  hidden_size: size.default(512),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(8),
  intermediate_size: size.default(2048),
  max_position_embeddings: size.default(77),
  layer_norm_eps: z.number().positive().default(1e-5),
  hidden_act: activation.default("quick_gelu"),
});

/** A text model as its config describes it, and the tensors that its checkpoint must have. */
interface Blueprint {
  readonly plan: Omit<TowerPlan, "name">;
  /** The prefix of the model's names. */
  readonly prefix: string;
  /** The shape of each parameter, by its name after the prefix. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** The name, after the prefix, of the word vectors [vocabulary, width]. */
  readonly table: string;
  readonly width: number;
  /** The full name of the projection, and whether it has a bias. */
  readonly projection?: { readonly name: string; readonly bias: boolean };
}

/**
 * Opens the text encoder of a Hugging Face folder: a BERT (BertModel and models trained from it, such as MiniLM), or the text encoder of ALIGN or CLIP.
 * @throws LtadError `LTAD_WEIGHTS` for another kind of model, or naming the first tensor that does not fit, with both shapes
 */
export async function openTextEncoder(checkpoint: WeightFile, context: TextContext): Promise<TextEncoder> {
  const { source, name } = context;
  const weights = withNewNames(checkpoint);
  const { plan, ...places } = blueprint(weights, context);
  const parts = await readTower(weights, places, source);
  const tokenizer = openTokenizer(parsed(context.tokenizer, `${source}: tokenizer.json`), context.tokenizerConfig, source);
  const positions = Math.min(plan.positions, context.maxLength ?? Infinity);
  return towerEncoder({ name, ...plan, positions }, { ...parts, tokenizer, tokenizerJson: context.tokenizer });
}

function blueprint(checkpoint: WeightFile, { config, source, pooling }: TextContext): Blueprint {
  const { model_type: type, text_config: text } = (config ?? {}) as { model_type?: unknown; text_config?: unknown };
  if (type === "bert")
    return bertBlueprint(checked(bertConfig, config, source), prefixOf(checkpoint, "embeddings.word_embeddings.weight", source), pooling);
  if (type === "align") {
    const own = bertBlueprint(checked(bertConfig, text, source), "text_model.", "first");
    return { ...own, projection: { name: "text_projection", bias: true } };
  }
  if (type === "clip" || type === "clip_text_model") {
    const own = clipBlueprint(
      checked(clipConfig, type === "clip" ? text : config, source),
      prefixOf(checkpoint, "embeddings.token_embedding.weight", source),
    );
    return "text_projection.weight" in checkpoint.tensors ? { ...own, projection: { name: "text_projection", bias: false } } : own;
  }
  throw unknownTypeError(type, source);
}

const textModels = ["bert", "align", "clip", "clip_text_model"];

/**
 * Checks that a config.json describes a text model, before anything else is read.
 * @throws LtadError `LTAD_WEIGHTS` when it is not
 */
export function checkModelType(config: unknown, source: string): void {
  const { model_type: type } = (config ?? {}) as { model_type?: unknown };
  if (!textModels.some((known) => known === type)) throw unknownTypeError(type, source);
}

function unknownTypeError(type: unknown, source: string): LtadError {
  return new LtadError(
    "LTAD_WEIGHTS",
    `${source}: config.json: model_type: expected bert, align, clip or clip_text_model, received ${JSON.stringify(type) ?? "nothing"}. Other text models cannot be loaded.`,
    { details: { source, received: type, otherKind: true } },
  );
}

function bertBlueprint(c: z.infer<typeof bertConfig>, prefix: string, pooling: Pooling): Blueprint {
  return {
    plan: {
      tower: { kind: "bert", heads: c.num_attention_heads, epsilon: c.layer_norm_eps, activation: c.hidden_act },
      pooling,
      positions: c.max_position_embeddings,
    },
    prefix,
    shapes: bertShapes({
      width: c.hidden_size,
      layers: c.num_hidden_layers,
      hidden: c.intermediate_size,
      positions: c.max_position_embeddings,
      types: c.type_vocab_size,
    }),
    table: "embeddings.word_embeddings.weight",
    width: c.hidden_size,
  };
}

function clipBlueprint(c: z.infer<typeof clipConfig>, prefix: string): Blueprint {
  return {
    plan: {
      tower: { kind: "clip", heads: c.num_attention_heads, epsilon: c.layer_norm_eps, activation: c.hidden_act },
      pooling: "end",
      positions: c.max_position_embeddings,
    },
    prefix,
    shapes: clipTextShapes({
      width: c.hidden_size,
      layers: c.num_hidden_layers,
      hidden: c.intermediate_size,
      positions: c.max_position_embeddings,
    }),
    table: "embeddings.token_embedding.weight",
    width: c.hidden_size,
  };
}

async function readTower(
  checkpoint: WeightFile,
  { prefix, shapes, table, width, projection }: Omit<Blueprint, "plan">,
  source: string,
): Promise<Pick<TowerWeights, "tower" | "table" | "projection">> {
  const { tensors } = checkpoint;
  const vocabulary = tensors[prefix + table]?.shape[0] ?? 0;
  const projected = projection && tensors[`${projection.name}.weight`]?.shape[0];
  const out = projection && {
    [`${projection.name}.weight`]: [projected ?? 0, width],
    ...(projection.bias && { [`${projection.name}.bias`]: [projected ?? 0] }),
  };
  const inTower = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [prefix + name, shape]));
  const isSpare = (name: string) => !name.startsWith(`${prefix}encoder.`) || name.endsWith("position_ids");
  checkTensors(tensors, { [prefix + table]: [vocabulary, width], ...inTower, ...out }, { source, isSpare });
  const arrays = await checkpoint.read([prefix + table, ...Object.keys(inTower), ...Object.keys(out ?? {})]);
  checkNumbers(arrays, source);
  const [weight, bias] = [arrays["text_projection.weight"], arrays["text_projection.bias"]];
  return {
    tower: unflatten(below(arrays, prefix, Object.keys(shapes))) as TowerWeights["tower"],
    table: float32([vocabulary, width], floats(arrays[prefix + table], table)),
    ...(weight && { projection: { weight, ...(bias && { bias }) } }),
  };
}

function below(arrays: NdArrays, prefix: string, names: readonly string[]): Record<string, NdArray> {
  return Object.fromEntries(names.map((name) => [name, arrays[prefix + name]!]));
}

/** Early BERT checkpoints call the scale and the shift of a norm gamma and beta. */
function withNewNames(checkpoint: WeightFile): WeightFile {
  const renamed = (name: string) => name.replace(/LayerNorm\.gamma$/, "LayerNorm.weight").replace(/LayerNorm\.beta$/, "LayerNorm.bias");
  const oldNames = new Map(Object.keys(checkpoint.tensors).map((name) => [renamed(name), name]));
  return {
    ...checkpoint,
    tensors: Object.fromEntries(Object.entries(checkpoint.tensors).map(([name, info]) => [renamed(name), info])),
    read: async (names) => {
      const arrays = await checkpoint.read(names.map((name) => oldNames.get(name) ?? name));
      return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [renamed(name), array]));
    },
  };
}

/** The prefix of the names, which is "bert." in a model with a head. */
function prefixOf({ tensors }: WeightFile, end: string, source: string): string {
  const found = Object.keys(tensors).find((name) => name === end || name.endsWith(`.${end}`));
  if (found === undefined) throw misfitError(source, end, "word vectors [vocabulary, width]", "nothing");
  return found.slice(0, -end.length);
}

function checked<T>(schema: z.ZodType<T>, config: unknown, source: string): T {
  const result = schema.safeParse(config ?? {});
  if (result.success) return result.data;
  const { path = [], message = "" } = result.error.issues[0] ?? {};
  throw new LtadError("LTAD_WEIGHTS", `${source}: config.json: ${path.join(".")}: ${message}. This kind of text model cannot be loaded.`, {
    cause: result.error,
  });
}

function parsed(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LtadError("LTAD_WEIGHTS", `${source}: is not JSON (${(error as Error).message}). Copy it from the model again.`, {
      cause: error,
    });
  }
}
