import { float32, LtadError, type NdArray, type NdArrays } from "@ltad/core";
import { type Bundle } from "@ltad/detector";
import { wholeHeadGraph } from "../head/head-graph.js";
import { headArraysOf, headConfigOf, openModel } from "./trained-model.js";

/** The most bytes of tables in one ONNX file. */
const most = 1.8e9;

/**
 * Exports the scoring graph of a model with the tables of all classes inside, for runtimes that load a single file. Its inputs are features, z and class
 * (-1 to predict it).
 * @returns the bytes of an ONNX file
 * @throws LtadError `LTAD_CONFIG` for more classes than fit into one file, `LTAD_BUNDLE` when a file of the bundle is damaged
 */
export async function wholeHead(bundle: Bundle): Promise<Uint8Array> {
  const { manifest, byClass, head } = bundle;
  if (!byClass) return head;
  checkSize(bundle);
  const model = await openModel(bundle.folder);
  const rows: NdArrays[] = [];
  for (const label of manifest.classes.keys()) rows.push(await byClass.read(label));
  const tables = Object.keys(rows[0]!).map((name) => [name, stacked(rows.map((row) => row[name]!))] as const);
  const arrays = { ...model.arrays, ...Object.fromEntries(tables) };
  return wholeHeadGraph(headArraysOf({ arrays }), headConfigOf({ ...model, arrays }));
}

function checkSize({ folder, manifest: { classes, files } }: Bundle): void {
  const bytes = classes.reduce((sum, { file }) => sum + files[file!]!.bytes, 0);
  if (bytes <= most) return;
  const room = Math.floor(most / (bytes / classes.length));
  const message = `${folder}: the tables of ${classes.length} classes take ${(bytes / 1e9).toFixed(1)} GB, but one ONNX file holds those of ${room} at most. Serve it with \`ltad serve\`, or divide the classes among models.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { folder } });
}

/** Arrays [1, ...] of each class: [K, ...]. */
function stacked(rows: readonly NdArray[]): NdArray {
  const [{ shape, data }] = rows as [NdArray];
  const all = float32([rows.length, ...shape.slice(1)]);
  rows.forEach((row, label) => all.data.set(row.data, label * data.length));
  return all;
}
