import { HttpError, toHttpError } from "../http-error.js";
import type { Answer, Job } from "../messages.js";
import type { RequestTrace } from "../tracing/tracing.js";
import type { Ticket } from "./models.js";

export interface JudgeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the client waits. */
  readonly timeout?: number | undefined;
  /** Of the request, where it is traced. */
  readonly trace?: RequestTrace | undefined;
}

/** Judges the images of one request, as many at a time as there are processes. @throws HttpError or LtadError of the first that fails */
export async function judge(ticket: Ticket, jobs: readonly Job[], options: JudgeOptions = {}): Promise<Answer[]> {
  const answers: Answer[] = [];
  const rest = jobs.entries();
  const work = async () => {
    for (const [i, job] of rest) answers[i] = await judgeOne(ticket, job, options);
  };
  await Promise.all(Array.from({ length: Math.min(jobs.length, ticket.engine.processes) }, work));
  return answers;
}

async function judgeOne({ model, engine, place, watcher }: Ticket, job: Job, options: JudgeOptions): Promise<Answer> {
  const start = performance.now();
  const traced = { start, model: model.name, version: model.version };
  try {
    const given = withKnownClass(job, engine.model.classes);
    if (job.falseAlarmRate !== undefined && !engine.model.decides) throw undecided();
    const answer = await engine.predict(given, { ...options, place }).catch((error: unknown) => {
      const replaced = model.engine && model.engine !== engine && error instanceof HttpError && error.code === "LTAD_NOT_READY";
      if (!replaced) throw error;
      return model.engine!.predict(given, options); // a slow body: the model was loaded again meanwhile
    });
    const ms = performance.now() - start;
    model.stats.succeeded(answer, ms);
    watcher?.judged(model.name, answer, engine.model);
    options.trace?.judged(traced, answer);
    return answer;
  } catch (error) {
    const { code } = toHttpError(error);
    if (code !== "LTAD_ABORTED") model.stats.failed(performance.now() - start);
    watcher?.failed(model.name, code);
    options.trace?.failed(traced, code);
    throw error;
  }
}

function undecided(): HttpError {
  return new HttpError(
    "LTAD_REQUEST",
    "false_alarm_rate: this model has no limits that follow from a false-alarm rate. Train it again to get them.",
  );
}

/** The class as the bundle writes it; Unicode has several spellings of one name. @throws HttpError `LTAD_CONFIG` for an unknown class */
function withKnownClass(job: Job, classes: readonly string[]): Job {
  if (job.class === undefined || classes.includes(job.class)) return job;
  const spelling = job.class.normalize("NFC");
  const known = classes.find((name) => name.normalize("NFC") === spelling);
  if (known !== undefined) return { ...job, class: known };
  const some = classes.slice(0, 20).join(", ").slice(0, 1000);
  const list = classes.length > 20 ? `${some} and others; the model's metadata lists all ${classes.length}` : some;
  throw new HttpError(
    "LTAD_CONFIG",
    `class: unknown class ${JSON.stringify(job.class.slice(0, 80))}; this model has ${list}. Omit it to have the class predicted.`,
  );
}
