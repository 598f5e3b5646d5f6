import { LtadError } from "@ltad/core";

/** What a tensor contains instead of finite numbers. */
export interface Flags {
  readonly nan: boolean;
  readonly infinite: boolean;
}

/** One operation of a program, with what identifies its tensors. */
export interface Operation<Key> {
  /** The kernel of TF.js. */
  readonly kernel: string;
  /** The line of the caller's code. */
  readonly line: string;
  readonly inputs: readonly Key[];
  readonly outputs: readonly Key[];
}

/** A run of a program: its operations in order, its inputs and results by name, and what each tensor contains. */
export interface Run<Key> {
  readonly operations: readonly Operation<Key>[];
  readonly inputs: Readonly<Record<string, Key>>;
  readonly results: Readonly<Record<string, Key>>;
  readonly flagsOf: (key: Key) => Flags;
}

/**
 * Finds the origin of a NaN or an infinity in the results. It follows tensors that are not finite back to the first operation that produced a NaN
 * without receiving one, or an infinity from finite numbers. Values that a later tf.where discards are ignored, and so are infinities that come from
 * an input, such as a mask.
 * @throws LtadError `LTAD_NOT_FINITE` naming the operation and the line, or the input that brought a NaN
 */
export function checkFinite<Key>(run: Run<Key>): void {
  const bad = (key: Key) => run.flagsOf(key).nan || run.flagsOf(key).infinite;
  const result = Object.entries(run.results).find(([, key]) => bad(key));
  if (!result) return;
  const reached = reachable(run, bad);
  const maker = run.operations.find((op) => reached.has(op) && makes(op, run));
  const holds = run.flagsOf(result[1]).nan ? "NaN" : "infinity";
  const input = Object.entries(run.inputs).find(([, key]) => run.flagsOf(key).nan)?.[0];
  if (maker) {
    const made = maker.outputs.some((key) => run.flagsOf(key).nan) ? "NaN" : "infinity";
    throw fault(`${maker.line}: the kernel ${maker.kernel} produced the first ${made}; the result ${result[0]} contains ${holds}`, {
      kernel: maker.kernel,
      line: maker.line,
      result: result[0],
    });
  }
  if (input !== undefined) throw fault(`input ${input}: contains NaN, and so does the result ${result[0]}`, { input, result: result[0] });
}

/** The operations that lead to the results through tensors that are not finite. */
function reachable<Key>({ operations, results }: Run<Key>, bad: (key: Key) => boolean): Set<Operation<Key>> {
  const makerOf = new Map<Key, Operation<Key>>();
  for (const op of operations) for (const key of op.outputs) if (!op.inputs.includes(key) && !makerOf.has(key)) makerOf.set(key, op);
  const reached = new Set<Operation<Key>>();
  const open = Object.values(results).filter(bad);
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const op = makerOf.get(key);
    if (!op || reached.has(op)) continue;
    reached.add(op);
    open.push(...op.inputs.filter(bad));
  }
  return reached;
}

function makes<Key>({ inputs, outputs }: Operation<Key>, { flagsOf }: Run<Key>): boolean {
  const [had, has] = [inputs.map(flagsOf), outputs.map(flagsOf)];
  if (had.some((f) => f.nan)) return false;
  return has.some((f) => f.nan) || (has.some((f) => f.infinite) && !had.some((f) => f.infinite));
}

function fault(what: string, details: Record<string, unknown>): LtadError {
  return new LtadError("LTAD_NOT_FINITE", `${what}. Look for a logarithm of 0, a division by 0 or the root of a negative number.`, {
    details,
  });
}
