import type { JobOptions } from "@ltad/core";
import { foldRemarks, plural } from "@ltad/core/format";
import type { DataOptions } from "../../../data-options.js";
import { addClass, type EditClassesOptions, type EditedClasses, removeClass } from "../../../edit-classes.js";
import type { TrainOptions } from "../../../train-options.js";
import { updateClass, type UpdateClassOptions } from "../../../update-class.js";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { typedCommand } from "../../typed-command.js";

type Options<T extends EditClassesOptions> = CommonOptions & Omit<T, keyof JobOptions | "env">;

const unchanged = "The model was not changed.";

/** `ltad add-class`: new classes in a model. */
export async function addClassCommand(
  io: Io,
  model: string,
  data: string | undefined,
  options: Options<EditClassesOptions & DataOptions & Pick<TrainOptions, "include">>,
): Promise<void> {
  await withSession(io, options, unchanged, async (session) => {
    const result = await addClass(model, data, { ...options, ...jobOf(session) });
    say(session, result);
    const added = result.classes.filter(({ name }) => result.changed.includes(name));
    const names = added.map(({ name, images }) => `${name} (${plural(images, "image")})`).join(", ");
    session.print(`Added ${names}. ${stateOf(result)}`);
    sayNext(session, model, result.changed[0]!);
  });
}

/** `ltad remove-class`: fewer classes in a model. */
export async function removeClassCommand(
  io: Io,
  model: string,
  names: readonly string[],
  options: Options<EditClassesOptions>,
): Promise<void> {
  await withSession(io, options, unchanged, async (session) => {
    const result = await removeClass(model, names, { ...options, ...jobOf(session) });
    say(session, result);
    session.print(`Removed ${names.join(", ")}. ${stateOf(result)}`);
  });
}

/** `ltad update-class`: a class with more good images. */
export async function updateClassCommand(
  io: Io,
  model: string,
  name: string,
  images: readonly string[],
  options: Options<UpdateClassOptions>,
): Promise<void> {
  await withSession(io, options, unchanged, async (session) => {
    const result = await updateClass(model, name, images, { ...options, ...jobOf(session) });
    say(session, result);
    const { added, notOk } = result;
    session.print(
      `${name} learned ${plural(added, "more image", "more images")}: ${notOk.before} of them were NOT OK before, ${notOk.after} are now.`,
    );
    session.print(stateOf(result));
    sayNext(session, model, name);
  });
}

function jobOf({ signal, onProgress, io }: Session): EditClassesOptions {
  return { signal, onProgress, env: io.env };
}

function say(session: Session, result: EditedClasses): void {
  for (const warning of foldRemarks(result.warnings)) session.warn(warning);
  for (const [name, turns] of Object.entries(result.copies))
    session.info(`${name}: turned copies of its images were added (${turns.join(", ")}).`);
  session.printJson(result);
}

function stateOf({ folder, classes, kept }: EditedClasses): string {
  const before = kept === undefined ? "" : ` The previous version is in ${kept}.`;
  return `${folder} now has ${plural(classes.length, "class", "classes")}.${before}`;
}

function sayNext(session: Session, model: string, name: string): void {
  const next = [
    ["limits", model, "--class", name],
    ["predict", model, "IMAGE", "--class", name, "--out", "maps"],
  ];
  session.info(`\nNext:\n${next.map((words) => `  ${typedCommand(session.io.env, ...words)}`).join("\n")}`);
}
