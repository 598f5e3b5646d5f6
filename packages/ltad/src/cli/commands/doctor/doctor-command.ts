import { resolve } from "node:path";
import { plural } from "@ltad/core/format";
import { cacheDirIn } from "../../../environment.js";
import { exitCodes } from "../../exit-codes.js";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { examineEvaluation } from "./examine-evaluation.js";
import { examineDisk } from "./examine-disk.js";
import { examineMachine } from "./examine-machine.js";
import { examineModel } from "./examine-model.js";
import { examinePackages } from "./examine-packages.js";
import type { Finding } from "./finding.js";

export interface DoctorCommandOptions extends CommonOptions {
  readonly cacheDir?: string;
}

/** Looks at the machine, the installation and a model. @returns the exit code: 1 when something is wrong */
export async function doctorCommand(io: Io, model: string | undefined, options: DoctorCommandOptions): Promise<number> {
  return withSession(io, options, "Nothing was changed.", async (session) => {
    const cacheDir = resolve(options.cacheDir ?? cacheDirIn(io.env));
    const findings = [
      ...examineMachine(),
      ...(await examinePackages()),
      ...(await examineDisk(cacheDir)),
      ...(model === undefined ? [] : [...(await examineModel(model)), ...(await examineEvaluation(model))]),
    ];
    const wrong = findings.filter(({ state }) => state === "wrong");
    session.printJson({ ok: wrong.length === 0, findings });
    session.print(findings.map((finding) => line(finding, session)).join("\n"));
    session.print(wrong.length === 0 ? "\nOK" : `\nNot OK: ${plural(wrong.length, "problem")} to fix, see above.`);
    return wrong.length === 0 ? exitCodes.done : exitCodes.failed;
  });
}

function line({ name, state, value, remedy }: Finding, { colours }: Session): string {
  const mark = { ok: colours.green("ok   "), note: colours.yellow("note "), wrong: colours.red("wrong") }[state];
  return `${mark}  ${name.padEnd(17)}  ${value}${remedy === undefined ? "" : `\n${" ".repeat(26)}${remedy}`}`;
}
