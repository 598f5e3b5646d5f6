import { LtadError } from "@ltad/core";
import type { ClassData, Dataset } from "@ltad/data";
import type { Detector } from "@ltad/detector";

/** A class that the model knows and the data set has. */
export interface KnownClass {
  readonly data: ClassData;
  /** Index of the class in the model. */
  readonly index: number;
  /** Images it was trained on. */
  readonly trained: number;
}

/**
 * The classes to test, from most to least training images, and in words what had to be left out.
 * @throws LtadError `LTAD_DATA` when model and data set share no class with test images
 */
export function matchClasses({ manifest }: Detector, { classes, root }: Dataset): { known: KnownClass[]; warnings: string[] } {
  const byName = new Map(classes.map((data) => [data.name, data]));
  const trained = manifest.classes.map((entry, index) => ({ ...entry, index })).sort((a, b) => a.order - b.order);
  const known = trained.flatMap(({ name, index, trainImages }): KnownClass[] => {
    const data = byName.get(name.normalize("NFC"));
    return data && data.test.length > 0 ? [{ data, index, trained: trainImages }] : [];
  });
  const names = new Set(manifest.classes.map(({ name }) => name.normalize("NFC")));
  if (known.length === 0) throw nothingToTestError(root, [...names], classes);
  const tested = new Set(known.map(({ data }) => data.name));
  return {
    known,
    warnings: [
      ...trained
        .filter(({ name }) => !tested.has(name.normalize("NFC")))
        .map(({ name }) => `${name}: the model knows this class, but the data set has no test images of it; excluded.`),
      ...classes.filter(({ name }) => !names.has(name)).map(({ name }) => `${name}: the model was not trained on this class; excluded.`),
    ],
  };
}

function nothingToTestError(root: string, names: readonly string[], classes: readonly ClassData[]): LtadError {
  const found = classes.map(({ name, test }) => `${name} (${test.length} test images)`).join(", ");
  const isNamedOtherwise = names.length === 1 && classes.length === 1 && classes[0]!.test.length > 0;
  return new LtadError(
    "LTAD_DATA",
    `${root}: no class to evaluate. The model knows ${names.join(", ")}; the data set has ${found}. Expected test images in CLASS/test.${isNamedOtherwise ? ` If it is the same product, pass --class-name ${names[0]}.` : ""}`,
    {
      details: { file: root },
    },
  );
}
