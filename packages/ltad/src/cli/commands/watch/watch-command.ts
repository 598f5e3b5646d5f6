import { join, resolve } from "node:path";
import { isLtadError, LtadError } from "@ltad/core";
import { count, plural } from "@ltad/core/format";
import { type Detector, openDetector, readManifest } from "@ltad/detector";
import { exitCodes } from "../../exit-codes.js";
import type { Io } from "../../io.js";
import { coloursFor } from "../../progress/colours.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { warnWithoutNative } from "../../warn-without-native.js";
import { verdictLine } from "../predict/verdict-line.js";
import { checkVerdictOptions } from "../predict/verdict-summary.js";
import { driftNotes } from "../drift/drift-notes.js";
import { type Journal, openJournal } from "./journal.js";
import { judgeFile, type JudgeFileOptions } from "./judge-file.js";
import { mqttTopic } from "./mqtt-topic.js";
import { createOutbox, type Outbox, type Receiver } from "./outbox.js";
import { checkFolder, watchFolder } from "./watch-folder.js";
import type { ImageFile, WatchLine } from "./watch-line.js";
import { webhook } from "./webhook.js";

export interface WatchCommandOptions extends CommonOptions {
  readonly model: string;
  readonly out?: string;
  readonly overlays: JudgeFileOptions["overlays"];
  readonly class?: string;
  readonly falseAlarmRate?: number;
  readonly webhook?: string;
  readonly mqtt?: string;
  readonly topic: string;
  readonly poll?: number;
  readonly once?: boolean;
  readonly failOnDefect?: boolean;
  readonly threads?: number;
  readonly maxPixels?: number;
}

/** How long results that were not taken are sent on after the last image, in milliseconds. */
const lastMs = 10_000;

/**
 * Judges the images of a folder as they come.
 * @returns the exit code: 0 after Ctrl-C; with `once` 3 when an image could not be read, else 1 when a result was not sent, else 4 for an image
 * that is not OK with `failOnDefect`
 */
export async function watchCommand(io: Io, given: string, options: WatchCommandOptions): Promise<number> {
  const folder = resolve(given);
  const out = resolve(options.out ?? `${folder}-results`);
  return withSession(io, options, `The results so far are in ${out}.`, async (session) => {
    if (out === folder) throw new LtadError("LTAD_CONFIG", `--out ${out}: this is the folder of the images. Choose another one.`);
    if (options.failOnDefect && !options.once)
      throw new LtadError("LTAD_CONFIG", "--fail-on-defect needs --once: without it, the command never exits.");
    await checkFolder(folder);
    const noteDrift = driftNotes(await readManifest(options.model), session.warn);
    const journal = await openJournal(join(out, "results.jsonl"), (line) => "score" in line && noteDrift(line, true));
    const outboxes: Outbox[] = [];
    try {
      outboxes.push(...(await openOutboxes(session, journal, out, options)));
      await warnWithoutNative(session);
      const detector = await openDetector(options.model, options.threads === undefined ? {} : { threads: options.threads });
      try {
        checkVerdictOptions(detector, options);
        const counts = await watchWith(session, detector, { journal, outboxes, judging: { ...options, folder, out, noteDrift } }, options);
        return await end(session, counts, outboxes, options);
      } finally {
        await detector.dispose();
      }
    } finally {
      await Promise.all(outboxes.map((outbox) => outbox.close(0)));
      await journal.close();
    }
  });
}

async function openOutboxes(session: Session, journal: Journal, out: string, options: WatchCommandOptions): Promise<Outbox[]> {
  const receivers: [string, Receiver][] = [];
  if (options.webhook !== undefined) receivers.push(["webhook", webhook(options.webhook)]);
  if (options.mqtt !== undefined) receivers.push(["mqtt", await mqttTopic(options.mqtt, options.topic, session.warn)]);
  return Promise.all(receivers.map(([name, receiver]) => createOutbox(journal.path, join(out, `.${name}-sent`), receiver, session.warn)));
}

interface Counts {
  ok: number;
  notOk: number;
  scored: number;
  failed: number;
}

interface Places {
  readonly journal: Journal;
  readonly outboxes: readonly Outbox[];
  readonly judging: JudgeFileOptions;
}

async function watchWith(
  session: Session,
  detector: Detector,
  { journal, outboxes, judging }: Places,
  { once = false, poll }: WatchCommandOptions,
): Promise<Counts> {
  const counts: Counts = { ok: 0, notOk: 0, scored: 0, failed: 0 };
  const say = sayer(session);
  session.info(`Watching ${judging.folder}; results are in ${journal.path}.${once ? "" : " Press Ctrl-C to stop."}`);
  await watchFolder(judging.folder, {
    skip: judging.out,
    once,
    poll,
    signal: session.signal,
    isJudged: (file) => journal.has(file),
    onLook: (files) => journal.forgetAllBut(files),
    warn: session.warn,
    async judge(file, isLastTry) {
      const line = await lineOf(detector, file, judging, isLastTry);
      if (line === "later") return "later";
      await journal.append(line);
      for (const outbox of outboxes) outbox.wake();
      say(line);
      counts["error" in line ? "failed" : line.verdict === null ? "scored" : line.verdict === "OK" ? "ok" : "notOk"]++;
      return "done";
    },
  });
  return counts;
}

/** An image that cannot be read has a line as well; other errors end the program, for the next image would meet them, too. */
async function lineOf(detector: Detector, file: ImageFile, options: JudgeFileOptions, isLastTry: boolean): Promise<WatchLine | "later"> {
  try {
    return await judgeFile(detector, file, options);
  } catch (error) {
    if (!isLtadError(error) || !["LTAD_IMAGE", "LTAD_DATA"].includes(error.code)) throw error;
    return isLastTry ? { time: new Date().toISOString(), ...file, error: error.message } : "later";
  }
}

function sayer({ io, colours, print, printJson }: Session): (line: WatchLine) => void {
  const out = coloursFor(io.stdout, io.env);
  return (line) => {
    printJson(line);
    if ("error" in line) io.stderr.write(`${colours.red("error")} ${colours.dim("LTAD_IMAGE")} ${line.error}\n`);
    else print(verdictLine(line, out));
  };
}

async function end(
  session: Session,
  counts: Counts,
  outboxes: readonly Outbox[],
  { once, failOnDefect }: WatchCommandOptions,
): Promise<number> {
  const { ok, notOk, scored, failed } = counts;
  const parts = [
    `${count(notOk)} NOT OK`,
    `${count(ok)} OK`,
    scored > 0 && `${count(scored)} scored`,
    failed > 0 && `${count(failed)} not read`,
  ];
  if (ok + notOk + scored + failed > 1) session.info(parts.filter(Boolean).join(", "));
  const left = await Promise.all(outboxes.map((outbox) => outbox.close(lastMs)));
  const notSent = left.filter((bytes) => bytes > 0).length;
  if (notSent > 0) session.warn(`${plural(notSent, "receiver")} did not accept all results. The next run sends the rest.`);
  if (!once) return exitCodes.done;
  if (failed > 0) return exitCodes.badData;
  if (notSent > 0) return exitCodes.failed;
  return failOnDefect && notOk > 0 ? exitCodes.defect : exitCodes.done;
}
