import { LtadError } from "@ltad/core";
import { nearest } from "@ltad/core/check";
import type { Dataset, SplitClass } from "@ltad/data";
import type { Manifest } from "@ltad/detector";

/** The error for a class that a model does not have. @param advice what to do if the name is no mistake */
export function unknownClass(model: string, { classes }: Manifest, name: string, advice = ""): LtadError {
  const names = classes.map((entry) => entry.name);
  const near = nearest(name, names);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  const message = `${model}: expected a class of the model (${names.join(", ")}), received ${name}.${hint}${advice}`;
  return new LtadError("LTAD_CONFIG", message, { details: { received: name, expected: names } });
}

/** Sentences about new classes whose names read as others do. @param own the classes that a model has */
export async function alikeNames(own: readonly string[], fresh: readonly string[]): Promise<string[]> {
  const { similarClasses } = await import("@ltad/data");
  const before = new Set(similarClasses(own));
  return similarClasses([...own, ...fresh]).filter((sentence) => !before.has(sentence));
}

/** Names of folders that say what is in them, and not of which product. */
const noProducts = new Set(["good", "ok", "normal", "train", "test", "images", "img", "photos", "bad", "nok", "defect", "defective"]);

/**
 * The classes of a data set that a model does not have yet, and the names of the others.
 * @throws LtadError `LTAD_CONFIG` when it has all of them, and for a name that says nothing about the product
 */
export function newClasses({ classes }: Manifest, dataset: Dataset, model: string) {
  const names = new Set(classes.map(({ name }) => name));
  const fresh = dataset.classes.filter(({ name, train }) => !names.has(name) && train.length > 0);
  const known = dataset.classes.filter(({ name }) => names.has(name)).map(({ name }) => name);
  if (fresh.length === 0) {
    const message = `${dataset.root}: ${known.join(", ")}: ${model} has ${known.length === 1 ? "this class" : "all of these classes"} already. Add more good images of a class with \`ltad update-class\`, or name the new class with --class-name.`;
    throw new LtadError("LTAD_CONFIG", message, { details: { folder: dataset.root } });
  }
  const [only] = fresh;
  if (fresh.length === 1 && noProducts.has(only!.name.toLowerCase())) {
    const message = `${dataset.root}: the new class would be called "${only!.name}", after its folder. Name the product with --class-name.`;
    throw new LtadError("LTAD_CONFIG", message, { details: { folder: dataset.root } });
  }
  return { fresh: fresh.map(({ name, train }): SplitClass => ({ name, available: train.length, train })), known };
}
