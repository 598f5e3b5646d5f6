import { LtadError } from "@ltad/core";

/** Weight files of other libraries; those that pickle could run code when they are read. */
const others: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\.(bin|pt|pth|ckpt)$/, "a pickle, which is never read because it can run code"],
  [/\.(h5|keras)$/, "a Keras file"],
  [/\.msgpack$/, "a Flax file"],
];

const advice =
  "Look for a copy of the model with safetensors, or save it in this format: model.save_pretrained(FOLDER, safe_serialization=True), or safetensors.torch.save_file(state_dict, PATH)";

/** The error of a model without safetensors, which names its other files and a remedy. */
export function noSafetensorsError(source: string, files: readonly string[]): LtadError {
  const [other] = files.flatMap((name) => others.filter(([pattern]) => pattern.test(name)).map(([, what]) => `${name}, ${what}`));
  const found = other ? `only ${other}. ${advice}` : listed(files);
  return new LtadError("LTAD_WEIGHTS", `${source}: expected model.safetensors, found ${found}.`, {
    details: { source, otherKind: true },
  });
}

/** The beginning of a list of files, for errors. */
export function listed(files: readonly string[]): string {
  return files.length > 8 ? `${files.slice(0, 8).join(", ")} and ${files.length - 8} more` : files.join(", ") || "nothing";
}
