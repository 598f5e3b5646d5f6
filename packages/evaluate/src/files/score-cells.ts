/** A cell that is not what it should be; the caller adds the line. */
export class CellFault extends Error {}

const sign = "[+-]?";
const exponent = "(?:e[+-]?\\d+)?";
const withComma = new RegExp(`^${sign}(?:\\d{1,3}(?:\\.\\d{3})+|\\d*),\\d+${exponent}$`, "i"); // 0,5 and 1.234,5
const withThousands = new RegExp(`^${sign}\\d{1,3}(?:,\\d{3})+(?:\\.\\d*${exponent}|(?<=,\\d{3},\\d{3}))$`, "i"); // 1,234.5 and 1,234,567
/** 1,234 is 1.234 or 1234. */
const unclear = new RegExp(`^${sign}[1-9]\\d{0,2},\\d{3}$`);

/**
 * Reads the numbers of one file, which may have decimal commas or points but not both, and between thousands the other sign, spaces or apostrophes.
 * @param all numbers of the file: they tell which sign is which
 */
export function numberReader(all: readonly string[]): (text: string) => number {
  const texts = all.map(bare);
  const hasThousands = texts.some((text) => withThousands.test(text));
  const isClear = hasThousands || texts.some((text) => text.includes(",") && !unclear.test(text));
  let style: "," | "." | undefined = hasThousands ? "." : undefined;
  return (shown) => {
    const text = bare(shown);
    if (!isClear && unclear.test(text))
      throw new CellFault(`the score "${shown}" is ${text.replace(",", ".")} or ${text.replace(",", "")}; write it without the comma`);
    const isThousands = hasThousands && (withThousands.test(text) || unclear.test(text));
    const comma = !isThousands && withComma.test(text);
    const plain = comma ? text.replaceAll(".", "").replace(",", ".") : isThousands ? text.replaceAll(",", "") : text;
    const value = text === "" ? Number.NaN : Number(plain);
    if (!Number.isFinite(value)) throw new CellFault(`the score is "${shown}"; scores must be finite numbers`);
    const used = comma ? "," : text.includes(".") ? "." : undefined;
    if (style !== undefined && used !== undefined && style !== used)
      throw new CellFault(
        `the score "${shown}" has a decimal ${used === "," ? "comma" : "point"}, and others have a ${style === "," ? "comma" : "point"}`,
      );
    style ??= used;
    return value;
  };
}

/** A number with a plain minus and without spaces or apostrophes between its digits. */
function bare(text: string): string {
  return text.replace(/^[\u2212\u2013]/u, "-").replaceAll(/(?<=\d)[\s'\u2019](?=\d{3})/gu, "");
}

const goodWords = new Set(["good", "normal", "ok"]);
const badWords = new Set(["bad", "anomaly", "anomalous", "abnormal", "defect", "defective", "ng", "nok", "true"]);

/**
 * Reads the labels of one file: 0 or good, 1 or anomaly, also as 0.0 and 1.0 or False and True.
 * @param all labels of the file: where some say `good`, any other word is the name of a defect, as the folders of a data set are
 */
export function labelReader(all: readonly string[]): (text: string) => { anomaly: boolean; isKind: boolean } {
  const hasGood = all.some((label) => goodWords.has(label.toLowerCase()));
  return (text) => {
    const label = text.toLowerCase();
    const value = label === "" ? Number.NaN : Number(label.replace(",", "."));
    if (value === 0 || label === "false" || goodWords.has(label)) return { anomaly: false, isKind: false };
    if (value === 1 || badWords.has(label)) return { anomaly: true, isKind: false };
    if (hasGood && Number.isNaN(value) && label !== "") return { anomaly: true, isKind: true };
    throw new CellFault(`the label is "${text}"; expected 0 or good, 1 or anomaly`);
  };
}
