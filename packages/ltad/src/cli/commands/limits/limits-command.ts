import { LtadError } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { type Manifest, readManifest, updateManifest, withGoodImages, withLimit } from "@ltad/detector";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { findGoodImages, notUsedRemark } from "../../../find-good-images.js";
import { doubtedClasses, lastEvaluation } from "../../../last-evaluation.js";
import { limitRows, limitsJson, limitTable } from "./limit-table.js";
import { scoreGoodImages } from "./score-good-images.js";
import { unseenImages } from "./unseen-images.js";

export interface LimitsCommandOptions extends CommonOptions {
  readonly class?: string;
  readonly set?: number;
  readonly unset?: boolean;
  readonly falseAlarmRate?: number;
  readonly from?: string;
  readonly threads?: number;
}

/** Changes the limits of a model where an option says so, and shows them. */
export async function limitsCommand(io: Io, model: string, options: LimitsCommandOptions): Promise<void> {
  await withSession(io, options, "The model was not changed.", async (session) => {
    checkTogether(options);
    const manifest = await readManifest(model);
    const label = options.class === undefined ? undefined : labelOf(manifest, options.class);
    const recalibrated = options.from === undefined ? undefined : await recalibrate(session, model, manifest, options);
    const isChange = [options.set, options.unset, options.falseAlarmRate, options.from].some((value) => value !== undefined);
    const found = isChange
      ? await updateManifest(model, (current) => ({ decision: changed(recalibrated ?? decisionOf(current, model), label, options) }))
      : manifest;
    const decision = decisionOf(found, model);
    const doubted = isChange ? undefined : doubtedClasses(await lastEvaluation(model));
    const rows = limitRows({ ...found, decision }, doubted).filter((_, own) => label === undefined || own === label);
    session.printJson(limitsJson(decision, rows));
    session.print(limitTable(decision, rows));
    if (rows.some((row) => row.isDoubted)) session.warn(doubtWarning);
    if (isChange) session.info(`\nChanged in ${model}. \`predict\`, \`eval\` and a server that loads the model use these limits.`);
  });
}

const doubtWarning =
  "The rates of some classes did not hold on the good test images of the last `ltad eval`; recompute their limits from new good images with --from FOLDER.";

/** Options that contradict each other, before any work. @throws LtadError `LTAD_CONFIG` */
function checkTogether({ class: name, set, unset, falseAlarmRate, from }: LimitsCommandOptions): void {
  const fail = (message: string) => new LtadError("LTAD_CONFIG", message);
  if (set !== undefined && unset) throw fail("--set and --unset contradict each other: use only one of them.");
  const option = set === undefined ? "--unset" : "--set";
  if ((set !== undefined || unset) && name === undefined) throw fail(`${option} needs --class NAME: it changes the limit of one class.`);
  if (falseAlarmRate !== undefined && name !== undefined && from === undefined)
    throw fail(`--false-alarm-rate is for all classes: omit --class, or set the limit of ${name} with --set.`);
}

function labelOf({ classes }: Manifest, name: string): number {
  const label = classes.findIndex((one) => one.name.normalize("NFC") === name.normalize("NFC"));
  if (label >= 0) return label;
  const names = classes.map((one) => one.name);
  const message = `--class: expected one of ${names.join(", ")}, received ${name}.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { field: "class", received: name, expected: names } });
}

type Decision = NonNullable<Manifest["decision"]>;

/** @throws LtadError `LTAD_CONFIG` for a model that was trained before there were limits */
function decisionOf({ decision }: Manifest, model: string): Decision {
  if (decision) return decision;
  const message = `${model}: this model has no limits, because an older version trained it. Compute them with \`ltad limits ${model} --from FOLDER\`, a folder of good images in CLASS folders, or train it again.`;
  throw new LtadError("LTAD_CONFIG", message);
}

function changed(decision: Decision, label: number | undefined, { set, unset, falseAlarmRate }: LimitsCommandOptions): Decision {
  const isOne = label !== undefined && (set !== undefined || unset);
  const limited = isOne ? withLimit(decision, label, set ?? null) : decision;
  return falseAlarmRate === undefined ? limited : { ...limited, falseAlarmRate };
}

/** The decision of a model with scores of other good images. */
async function recalibrate(session: Session, model: string, manifest: Manifest, options: LimitsCommandOptions): Promise<Decision> {
  const names = manifest.classes.map(({ name }) => name);
  const { images: found, notUsed } = await findGoodImages(
    options.from!,
    names,
    options.class === undefined ? undefined : names[labelOf(manifest, options.class)],
  );
  for (const remark of notUsedRemark(options.from!, notUsed)) session.warn(remark);
  const { images, seen } = await unseenImages(model, found);
  if (seen > 0)
    session.warn(
      `${options.from}: not used: ${plural(seen, "image")} that the model was trained on, whose scores are too low for new images.`,
    );
  const missing = manifest.decision ? [] : names.filter((name) => !images.has(name));
  if (missing.length > 0) {
    const message = `${options.from}: good images of ${missing.join(", ")} are missing. This model was trained by an older version, whose scores are not comparable between classes: it needs good images of every class.`;
    throw new LtadError("LTAD_DATA", message, { details: { file: options.from } });
  }
  const good = await scoreGoodImages(session, model, images, options);
  const none: Decision = { falseAlarmRate: 0.01, classes: names.map(() => ({ good: [], limit: null })) };
  const decision = manifest.decision ?? none;
  for (const label of good.keys())
    if (decision.classes[label]!.limit !== null && options.set === undefined && !options.unset)
      session.warn(`${names[label]}: its limit stays ${decision.classes[label]!.limit}, because it was set by hand; --unset removes it.`);
  return withGoodImages(decision, good);
}
