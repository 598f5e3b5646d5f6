import { Tokenizer } from "@huggingface/tokenizers";
import { LtadError } from "@ltad/core";

/** Turns a text into ids, and knows the ids that a model expects around them. */
export interface TextTokenizer {
  /** Ids without special tokens; [] for "". Special tokens written in a text, such as [SEP], become themselves. */
  tokenize(text: string): number[];
  /** Ids with the special tokens around them, as the model was trained. */
  encode(text: string): number[];
  /** The ids before and after every text. */
  readonly special: { readonly begin: number; readonly end: number };
}

/**
 * Opens the tokenizer of a Hugging Face folder.
 * @param json content of tokenizer.json
 * @param config content of tokenizer_config.json, or {} if there is none
 * @throws LtadError `LTAD_WEIGHTS` when the library cannot read it, or when it does not put one special token before and one after a text
 */
export function openTokenizer(json: unknown, config: unknown, source: string): TextTokenizer {
  const fail = (why: string, cause?: unknown): never => {
    throw new LtadError("LTAD_WEIGHTS", `${source}: tokenizer.json cannot be used (${why}). Copy it from the model again.`, { cause });
  };
  if (typeof json !== "object" || json === null) return fail("it is not an object");
  const tokenizer = made(json, config, fail);
  const [begin, end, ...more] = tokenizer.encode("").ids;
  if (begin === undefined || end === undefined || more.length > 0)
    return fail(`it puts ${tokenizer.encode("").ids.length} special tokens around a text, expected one before and one after`);
  const prepare = lowerCases(json) ? lowerSigma : (text: string) => text;
  return {
    tokenize: (text) => tokenizer.encode(prepare(text), { add_special_tokens: false }).ids,
    encode: (text) => tokenizer.encode(prepare(text)).ids,
    special: { begin, end },
  };
}

function lowerCases(json: object): boolean {
  const { normalizer } = json as { normalizer?: { type?: unknown; lowercase?: unknown } | null };
  return normalizer?.type === "BertNormalizer" && normalizer.lowercase === true;
}

/** BERT lower-cases letter by letter, and the library word by word. They differ only in a capital sigma at the end of a word. */
function lowerSigma(text: string): string {
  return text.replaceAll("\u03a3", "\u03c3");
}

function made(json: object, config: unknown, fail: (why: string, cause: unknown) => never): Tokenizer {
  try {
    return new Tokenizer(json, config ?? {});
  } catch (error) {
    return fail((error as Error).message, error);
  }
}
