import { nearest } from "@ltad/core/check";
import { shown } from "@ltad/core/format";
import type { TableRow } from "../../tables/parse-table.js";
import type { LayoutContext } from "./layout.js";
import { columns } from "./table-cells.js";

type Column = keyof typeof columns;

/** Other names that people give to these columns; they may hold something else, and are not read. */
const others: Readonly<Record<Exclude<Column, "path">, string>> = {
  class: "cls item part product_name product_id class_label",
  split: "phase fold partition usage stage purpose",
  label:
    "lbl type kind target status state quality result verdict good is_good ok is_ok y y_true gt_label anomaly_label defect_type defect_class defect_name",
  mask: "msk gt gt_path gt_mask gt_file ground_truth ground_truth_path groundtruth segmentation annotation mask_file",
};

/** So many columns are named. */
const most = 8;

/** Names every column that is not read. It matters where one may be a column that the table lacks. */
export function remarkOnColumns(rows: readonly TableRow[], table: string, { remarks }: LayoutContext): void {
  const found = new Set(rows.flatMap(({ values }) => [...values.keys()].map((name) => name.trim())));
  const has = (column: Column) => columns[column].some((name) => found.has(name));
  const lacking = (Object.keys(others) as (keyof typeof others)[]).filter((column) => !has(column));
  const known = new Set<string>(Object.values(columns).flat());
  const unread = [...found]
    .filter((name) => name !== "" && !known.has(name))
    .map((name) => ({ name, meant: lacking.find((column) => others[column].split(" ").includes(name)) ?? likeOneOf(lacking, name) }));
  if (unread.length === 0) return;
  const meant = unread.filter((one) => one.meant !== undefined);
  const told = [...meant, ...unread.filter((one) => one.meant === undefined)].map((one) =>
    one.meant === undefined ? shown(one.name) : `${shown(one.name)} (did you mean ${one.meant}?)`,
  );
  const listed = `${told.slice(0, most).join(", ")}${told.length > most ? `, ... (${told.length} columns)` : ""}`;
  if (!has("label") && !has("mask"))
    remarks.matter(
      table,
      `no column label, so all its images are read as good; not read: ${listed}. If one of these says what is defective, call it label, with 0 or good for good images.`,
    );
  else if (meant.length > 0) remarks.matter(table, `columns that are not read: ${listed}. If so, rename them.`);
  else remarks.note(table, `columns that are not read: ${listed}.`);
}

/** The column that a longer name is a misspelling of. */
function likeOneOf<C extends Column>(lacking: readonly C[], name: string): C | undefined {
  if (name.length < 5) return undefined;
  const like = nearest(
    name,
    lacking.flatMap((column) => [...columns[column]]),
  );
  return lacking.find((column) => like !== undefined && (columns[column] as readonly string[]).includes(like));
}
