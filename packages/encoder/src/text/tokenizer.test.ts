import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { openTokenizer } from "./tokenizer.js";

const json = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../__fixtures__/bert/${name}`, import.meta.url), "utf8"));
const { cases } = (await json("cases.json")) as { cases: { text: string; ids: number[] }[] };
const tokenizer = openTokenizer(await json("tokenizer.json"), await json("tokenizer_config.json"), "bert");

describe("the tokenizer of a BERT folder", () => {
  it("has all cases", () => expect(cases).toHaveLength(174));

  it.each(cases.map(({ text, ids }) => [JSON.stringify(text).slice(0, 60), text, ids] as const))(
    "gives %s the ids of tokenizers 0.22.2",
    (_, text, ids) => {
      expect(tokenizer.encode(text)).toEqual(ids);
      expect(tokenizer.tokenize(text)).toEqual(ids.slice(1, -1));
    },
  );

  it("knows its special tokens, wherever the vocabulary has them", () => {
    expect(tokenizer.special).toEqual({ begin: 6, end: 7 });
  });

  it("takes no padding and no truncation from its file, as sentence-transformers writes them, and any order of special tokens' rules", async () => {
    const plain = (await json("tokenizer.json")) as Record<string, unknown>;
    const sentence = {
      ...plain,
      truncation: { direction: "Right", max_length: 8, strategy: "LongestFirst", stride: 0 },
      padding: { strategy: { Fixed: 8 }, direction: "Right", pad_to_multiple_of: null, pad_id: 0, pad_type_id: 0, pad_token: "[PAD]" },
      post_processor: {
        type: "TemplateProcessing",
        single: [
          { SpecialToken: { id: "[CLS]", type_id: 0 } },
          { Sequence: { id: "A", type_id: 0 } },
          { SpecialToken: { id: "[SEP]", type_id: 0 } },
        ],
        pair: [],
        special_tokens: { "[CLS]": { id: "[CLS]", ids: [6], tokens: ["[CLS]"] }, "[SEP]": { id: "[SEP]", ids: [7], tokens: ["[SEP]"] } },
      },
    };
    const opened = openTokenizer(sentence, {}, "sentence");
    expect(opened.special).toEqual({ begin: 6, end: 7 });
    for (const text of ["a broken bottle", "the photo of a good capsule with a crack in a bottle"])
      expect(opened.encode(text)).toEqual(tokenizer.encode(text));
  });

  it.each([null, 3, {}, { model: { type: "WordPiece" } }])("refuses %j by name", (broken) => {
    expect(() => openTokenizer(broken, {}, "bert")).toThrow(
      expect.objectContaining({ code: "LTAD_WEIGHTS", message: expect.stringContaining("bert: tokenizer.json") as string }),
    );
  });
});
