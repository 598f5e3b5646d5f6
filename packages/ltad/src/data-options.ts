import { access } from "node:fs/promises";
import { LtadError } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { type Dataset, layoutNames, scanDataset, type ScanOptions } from "@ltad/data";
import { readConfigFile } from "./read-config-file.js";

/** How a data set is read. By default, its layout is detected. */
export interface DataOptions {
  /** The name of a layout, the path of a layout file (YAML or JSON), or what such a file says. */
  readonly layout?: ScanOptions["layout"];
  /** Names of folders, or labels of a table, that mean good images, beside "good". */
  readonly goodNames?: readonly string[] | undefined;
  /** The class of a folder with one product; by default the name of the folder. */
  readonly className?: string | undefined;
  /** Folders of good and bad images of one product, in place of a data set. */
  readonly good?: readonly string[] | undefined;
  readonly bad?: readonly string[] | undefined;
  /** Follow links that lead out of the data set. */
  readonly links?: boolean | undefined;
}

/**
 * Scans a data set as the options say.
 * @throws LtadError of {@link scanDataset}, or of a layout file that cannot be read; `LTAD_CONFIG` for a class name that no image would have
 */
export async function openDataset(
  data: string | undefined,
  options: DataOptions & Pick<ScanOptions, "needsTraining" | "signal"> = {},
): Promise<Dataset> {
  const { layout, goodNames, className, good, bad, links, needsTraining, signal } = options;
  const said = typeof layout === "string" ? await layoutOf(layout) : layout;
  const dataset = await scanDataset(data, { layout: said, goodNames, className, good, bad, links, needsTraining, signal });
  checkClassName(dataset, className);
  return dataset;
}

/** Folders and tables name their products themselves; the patterns of a layout file may leave some images without a name. */
function checkClassName({ root, layout, classes }: Dataset, className: string | undefined): void {
  const names = classes.map(({ name }) => name);
  if (className === undefined) return;
  if (names.includes(className.normalize("NFC")) && (names.length === 1 || layout === "layout file")) return;
  const some = `${names.slice(0, 8).join(", ")}${names.length > 8 ? ", ..." : ""}`;
  const message = `${root}: --class-name ${className} is for a folder of one product, and this one holds ${plural(names.length, "product")} with a name: ${some}. Give the folder of one product, or omit --class-name.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { field: "className", received: className, file: root } });
}

async function layoutOf(text: string): Promise<ScanOptions["layout"]> {
  if (layoutNames.includes(text)) return text;
  const isFile = await access(text).then(
    () => true,
    () => false,
  );
  return isFile ? ((await readConfigFile(text)) as ScanOptions["layout"]) : text;
}

/** The words of a command line that give these options. */
export function dataWords({ layout, goodNames = [], className, good = [], bad = [], links }: DataOptions): string[] {
  return [
    ...good.flatMap((folder) => ["--good", folder]),
    ...bad.flatMap((folder) => ["--bad", folder]),
    ...(typeof layout === "string" ? ["--layout", layout] : []),
    ...goodNames.flatMap((name) => ["--good-names", name]),
    ...(className === undefined ? [] : ["--class-name", className]),
    ...(links ? ["--links"] : []),
  ];
}
