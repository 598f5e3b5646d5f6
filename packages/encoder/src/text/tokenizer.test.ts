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

  it.each([null, 3, {}, { model: { type: "WordPiece" } }])("refuses %j by name", (broken) => {
    expect(() => openTokenizer(broken, {}, "bert")).toThrow(
      expect.objectContaining({ code: "LTAD_WEIGHTS", message: expect.stringContaining("bert: tokenizer.json") as string }),
    );
  });
});
