import { LtadError } from "@ltad/core";
import type { ModelFolder } from "@ltad/hub";
import { openUseLite } from "../text/load-use-lite.js";
import { checkModelType, openTextEncoder } from "../text/open-text-encoder.js";
import type { Pooling } from "../text/pooling.js";
import type { TextEncoder } from "../text/text-encoder.js";
import { graphFiles } from "./graph-files.js";

/**
 * Opens the text encoder of a Hugging Face folder (config.json, model.safetensors, tokenizer.json), or USE Lite as a TF.js graph with vocab.json.
 * `1_Pooling/config.json` states how a sentence encoder pools its tokens; without this file a BERT returns their mean.
 * @throws LtadError `LTAD_WEIGHTS` naming the file or tensor that is missing or does not fit
 */
export async function openTextFolder(model: ModelFolder): Promise<TextEncoder> {
  const { source, name, files } = model;
  if (files.includes("model.json") && files.includes("vocab.json")) return openVocabularyGraph(model);
  const config = await model.json("config.json");
  if (config === undefined)
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: config.json is missing, found ${files.slice(0, 6).join(", ") || "nothing"}. Copy the whole model folder.`,
      { details: { source, otherKind: true } },
    );
  checkModelType(config, source);
  const tokenizer = await model.text("tokenizer.json");
  if (tokenizer === undefined)
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: tokenizer.json is missing. Fetch it with the model, or make it: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER).`,
    );
  const tokenizerConfig = (await model.json("tokenizer_config.json")) ?? {};
  const [pooling, maxLength] = [await poolingOf(model), await maxLengthOf(model)];
  const context = { source, name, config, tokenizer, tokenizerConfig, pooling, ...(maxLength === undefined ? {} : { maxLength }) };
  return openTextEncoder(await model.safetensors(), context);
}

/** Opens USE Lite in the form that energetic-ai publishes. */
async function openVocabularyGraph(model: ModelFolder): Promise<TextEncoder> {
  return openUseLite(await graphFiles(model), await model.json("vocab.json"), model.source);
}

/** `max_seq_length` of sentence-transformers, special tokens included: MiniLM has 512 positions, but was trained on 256 tokens. */
async function maxLengthOf(model: ModelFolder): Promise<number | undefined> {
  const file = "sentence_bert_config.json";
  const { max_seq_length: length } = ((await model.json(file)) ?? {}) as { readonly max_seq_length?: unknown };
  if (length === undefined || length === null) return undefined;
  if (Number.isSafeInteger(length) && (length as number) > 2) return length as number;
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${model.source}: ${file}: max_seq_length: expected a whole number above 2, received ${JSON.stringify(length)}.`,
  );
}

/** The pooling that sentence-transformers stores. */
async function poolingOf(model: ModelFolder): Promise<Pooling> {
  const config = (await model.json("1_Pooling/config.json")) as Readonly<Record<string, unknown>> | undefined;
  if (config === undefined) return "mean";
  const modes = Object.keys(config).filter((key) => key.startsWith("pooling_mode_") && config[key] === true);
  if (modes.join() === "pooling_mode_mean_tokens") return "mean";
  if (modes.join() === "pooling_mode_cls_token") return "first";
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${model.source}: 1_Pooling/config.json: expected mean or first-token pooling, received ${modes.join(", ") || "none"}.`,
  );
}
