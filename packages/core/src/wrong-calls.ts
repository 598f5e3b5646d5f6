import { isLtadError } from "./errors.js";

/** A public function with valid arguments. */
export interface RightCall {
  readonly name: string;
  readonly run: (...args: never[]) => unknown;
  readonly args: readonly unknown[];
}

const wrong: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  -1.5,
  "text",
  true,
  {},
  [],
  ["a", null],
  new Float64Array(3),
  new BigInt64Array(2),
  { dtype: "float32", shape: [2], data: new Float64Array(2) },
  { dtype: "float32", shape: [3], data: new Float32Array(2) },
  () => undefined,
  Promise.resolve(1),
];

/**
 * Calls a public function with wrong arguments: each argument in turn is replaced by values of other types, and each record of options gets an
 * unknown key. It is a fault if a call fails with anything but an `LtadError`, or accepts the unknown key.
 * @returns the faults in words; [] if there are none
 */
export async function wrongCalls({ name, run, args }: RightCall): Promise<string[]> {
  const faults: string[] = [];
  for (const [i, right] of args.entries()) {
    for (const value of wrong) {
      const fault = await rawError(run, args.with(i, value));
      if (fault !== undefined) faults.push(`${name}: argument ${i} = ${describe(value)}: ${fault}`);
    }
    if (!isOptions(right)) continue;
    const taken = await refusal(run, args.with(i, { ...right, optoins: 1 }));
    if (taken !== undefined) faults.push(`${name}: argument ${i} with an unknown key: ${taken}`);
  }
  return faults;
}

async function rawError(run: RightCall["run"], args: readonly unknown[]): Promise<string | undefined> {
  try {
    await run(...(args as never[]));
  } catch (error) {
    if (!isLtadError(error)) return String(error).split("\n")[0];
  }
  return undefined;
}

async function refusal(run: RightCall["run"], args: readonly unknown[]): Promise<string | undefined> {
  try {
    await run(...(args as never[]));
  } catch (error) {
    return isLtadError(error) ? undefined : String(error).split("\n")[0];
  }
  return "it was taken";
}

/** A plain record that is not an array of numbers and has no methods other than a `loss`. */
function isOptions(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype || "data" in value) return false;
  return Object.entries(value).every(([key, entry]) => typeof entry !== "function" || key === "loss");
}

const describe = (value: unknown) => (typeof value === "object" && value !== null ? value.constructor.name : String(value));
