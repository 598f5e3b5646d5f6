import { writeTritonRepository } from "../../../triton/write-triton-repository.js";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";

export interface ExportTritonOptions extends CommonOptions {
  readonly out: string;
  readonly name: string;
}

/** Writes a model repository for Triton. */
export async function exportTriton(io: Io, model: string, options: ExportTritonOptions): Promise<void> {
  await withSession(io, options, "Nothing was written.", async (session) => {
    const models = await writeTritonRepository(model, options);
    session.printJson({ folder: options.out, models });
    session.print(`The repository is in ${options.out}; clients call the model ${options.name}.`);
    session.info("\nServe it with\n  tritonserver --model-repository " + options.out);
  });
}
