import { Busboy } from "@fastify/busboy";
import { HttpError } from "../http-error.js";

/** What a form held. */
export interface Form {
  readonly image: Buffer | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

const limits = { files: 1, fields: 8, parts: 9, fieldSize: 1024, fieldNameSize: 100, headerPairs: 20, headerSize: 8192 };

/** Reads a form with the file `image`. @throws HttpError `LTAD_REQUEST` */
export function readForm(body: Buffer, contentType: string): Promise<Form> {
  return new Promise<Form>((resolve, reject) => {
    const fields: Record<string, unknown> = {};
    let image: Buffer | undefined;
    const refuse = (message: string) => reject(new HttpError("LTAD_REQUEST", message));
    const busboy = parserOf(contentType, body.length);
    busboy.on("file", (name: string | undefined, stream: NodeJS.ReadableStream) => {
      const chunks: Buffer[] = [];
      if (name !== "image") refuse(`The form has a file "${(name ?? "").slice(0, 80)}"; expected one named "image".`);
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", (error: Error) => refuse(`The form cannot be read (${error.message}).`)); // without it, the process would end
      stream.on("end", () => (image = Buffer.concat(chunks)));
    });
    busboy.on("field", (name: string | undefined, value: string, nameCut: boolean, valueCut: boolean) => {
      if (nameCut || valueCut) refuse("A field of the form is too long.");
      if (name === undefined) return refuse("A field of the form has no name.");
      if (Object.hasOwn(fields, name)) refuse(`The form has the field "${name.slice(0, 80)}" more than once.`);
      Object.defineProperty(fields, name, { value, enumerable: true, configurable: true });
    });
    busboy.on("filesLimit", () => refuse("The form has more than one file. Send one image per request."));
    for (const event of ["fieldsLimit", "partsLimit"]) busboy.on(event, () => refuse("The form has too many fields."));
    busboy.on("error", (error: Error) => refuse(`The form cannot be read (${error.message}).`));
    busboy.on("finish", () => resolve({ image, fields }));
    busboy.end(body);
  });
}

function parserOf(contentType: string, fileSize: number): InstanceType<typeof Busboy> {
  try {
    return new Busboy({ headers: { "content-type": contentType }, limits: { ...limits, fileSize: fileSize + 1 } });
  } catch (error) {
    throw new HttpError("LTAD_REQUEST", `The form cannot be read (${(error as Error).message}).`, { cause: error });
  }
}
