import { encodeSafetensors, flatten, isNdArray, LtadError, type NdArray, type NdArrays, sha256, type Tree } from "@ltad/core";

/**
 * Checks that parameters are exactly those expected: the same names, each with its shape, all float32.
 * @throws LtadError `LTAD_WEIGHTS` naming the first that is not
 */
export function checkShapes(named: NdArrays, shapes: Readonly<Record<string, readonly number[]>>, source: string): void {
  const fail = (name: string, expected: string, received: string): never => {
    const message = `${source}: ${name}: expected ${expected}, received ${received}. These are weights of another model or version.`;
    throw new LtadError("LTAD_WEIGHTS", message, { details: { source, name, expected, received } });
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const array = named[name];
    const expected = `float32 [${shape.join(", ")}]`;
    if (!array) return fail(name, expected, "nothing");
    const received = `${array.dtype} [${array.shape.join(", ")}]`;
    if (received !== expected) return fail(name, expected, received);
  }
  const surplus = Object.keys(named).find((name) => !(name in shapes));
  if (surplus) fail(surplus, "no such parameter", "one");
}

/** SHA-256 over a model's graph version and all its numbers: two encoders with one id give the same features. */
export function encoderId(graph: string, params: Tree<NdArray>): string {
  return sha256(encodeSafetensors(flatten(params, isNdArray), { graph }));
}
