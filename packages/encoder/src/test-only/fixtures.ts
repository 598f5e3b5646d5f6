import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type NdArrays, readSafetensors } from "@ltad/core";

/** Path of a file below `src`. */
export function fixture(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** A JSON file below `src`. */
export async function jsonFixture<T = unknown>(path: string): Promise<T> {
  return JSON.parse(await readFile(fixture(path), "utf8")) as T;
}

/** The arrays of a safetensors file below `src`. */
export async function arraysFixture(path: string): Promise<NdArrays> {
  return (await readSafetensors(fixture(path))).arrays;
}

/** A WordPiece tokenizer of letters for a model whose special tokens stand at 0 ([PAD]), 2 ([CLS]) and 3 ([SEP]). */
export const letterTokenizer = JSON.stringify({
  version: "1.0",
  added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map((content, id) => ({
    id,
    content,
    special: true,
    normalized: false,
    single_word: false,
    lstrip: false,
    rstrip: false,
  })),
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(
      ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...Array.from("abcdefghijklmnopqrstuvwxyz").flatMap((c) => [c, `##${c}`])].map((p, i) => [p, i]),
    ),
  },
});
