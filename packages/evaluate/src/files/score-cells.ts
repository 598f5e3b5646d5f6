/** A cell that is not what it should be; the caller adds the line. */
export class CellFault extends Error {}

/** Reads the numbers of one file, which may have decimal commas or points but not both. */
export function numberReader(): (text: string) => number {
  let style: "," | "." | undefined;
  return (text) => {
    const comma = /^[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+(e[+-]?\d+)?$/i.test(text);
    const value = text === "" ? Number.NaN : Number(comma ? text.replaceAll(".", "").replace(",", ".") : text);
    if (!Number.isFinite(value)) throw new CellFault(`the score is "${text}"; scores must be finite numbers`);
    const used = comma ? "," : text.includes(".") ? "." : undefined;
    if (style !== undefined && used !== undefined && style !== used)
      throw new CellFault(
        `the score "${text}" has a decimal ${used === "," ? "comma" : "point"}, and others above have a ${style === "," ? "comma" : "point"}`,
      );
    style ??= used;
    return value;
  };
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
