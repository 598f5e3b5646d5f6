import { isLtadError, LtadError } from "@ltad/core";
import type { Engine, Place } from "../engine/engine.js";
import { HttpError } from "../http-error.js";
import type { Answer, ModelInfo } from "../messages.js";
import { findModels, findVersions, type FoundVersion, modelName } from "./find-versions.js";
import { isTooEarly, type LaterTry, laterTry } from "./later-try.js";
import { ModelStats } from "./model-stats.js";

export interface ModelsOptions {
  /** Folders by the name of their model: bundles, or folders of versions. Opening fails if one of them cannot be opened. */
  readonly folders: ReadonlyMap<string, string>;
  /** A folder of such folders; what cannot be opened there is logged. */
  readonly repository?: string | undefined;
  /** Opens a bundle. */
  readonly open: (folder: string) => Promise<Engine>;
  readonly log: (message: string) => void;
}

/** A version of a model that is, or was, served. */
export interface ServedModel {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  readonly stats: ModelStats;
  /** Undefined when it is not loaded. */
  engine: Engine | undefined;
  fingerprint: string;
  /** Why it is not loaded, or why the present bundle of its folder was not taken. */
  reason: string;
  /** Of a bundle that could not be opened. */
  nextTry: LaterTry | undefined;
}

/** A place in front of a model's engine. */
export interface Ticket {
  readonly watcher: Watcher | undefined;
  readonly model: ServedModel;
  readonly engine: Engine;
  readonly place: Place;
}

/** Is called with the outcome of each image. */
export interface Watcher {
  /** @param info the bundle that judged it */
  judged(model: string, answer: Answer & { readonly waited: number }, info: ModelInfo): void;
  failed(model: string, code: string): void;
}

/** The models that a server serves. Requests choose among names that are known; no name becomes part of a path. */
export class Models {
  readonly #models = new Map<string, Map<string, ServedModel>>();
  readonly #folders: Map<string, string>;
  readonly #unloaded = new Set<string>();
  #work: Promise<unknown> = Promise.resolve();
  #nextLook: Promise<void> | undefined;
  #closing: Promise<void>[] = [];
  #watcher: Watcher | undefined;

  private constructor(private readonly options: ModelsOptions) {
    this.#folders = new Map(options.folders);
  }

  /** @throws LtadError `LTAD_BUNDLE` when a bundle cannot be opened, or there is none */
  static async open(options: ModelsOptions): Promise<Models> {
    const models = new Models(options);
    try {
      for (const name of options.folders.keys()) await models.#scan(name, true);
      await models.#scanRepository();
      if (models.loaded().length > 0) return models;
      throw new LtadError("LTAD_BUNDLE", `${options.repository ?? "models"}: has no model that can be opened. The log says why.`);
    } catch (error) {
      await models.close();
      throw error;
    }
  }

  /** Calls the watcher with the outcome of each image. */
  watch(watcher: Watcher): void {
    this.#watcher = watcher;
  }

  /** All versions of all models, in the order of their names. */
  all(): readonly ServedModel[] {
    return [...this.#models.values()].flatMap((versions) => [...versions.values()]);
  }

  loaded(): readonly ServedModel[] {
    return this.all().filter(({ engine }) => engine);
  }

  names(): readonly string[] {
    return [...new Set([...this.#folders.keys(), ...this.#models.keys()])].sort();
  }

  /** The only model, or the first: where a request names none. */
  get first(): string {
    return [...this.options.folders.keys()][0] ?? this.loaded()[0]?.name ?? this.names()[0] ?? "";
  }

  ready(): boolean {
    const loaded = this.loaded();
    return loaded.length > 0 && loaded.every(({ engine }) => engine!.ready());
  }

  /** A version of a model; the latest that is loaded when none is given. @throws HttpError `LTAD_NOT_FOUND` */
  find(name: string, version?: string): ServedModel {
    const versions = this.#models.get(name);
    if (!versions) throw new HttpError("LTAD_NOT_FOUND", `Unknown model ${shown(name)}; this server has ${listed(this.names())}.`);
    const all = [...versions.values()];
    const found = version ? versions.get(version) : (all.findLast(({ engine }) => engine) ?? all.at(-1));
    if (found) return found;
    throw new HttpError("LTAD_NOT_FOUND", `Unknown version ${shown(version ?? "")} of ${name}; it has ${listed([...versions.keys()])}.`);
  }

  versions(name: string): readonly ServedModel[] {
    return [...(this.#models.get(name)?.values() ?? [])];
  }

  /** A place for a request. @throws HttpError `LTAD_NOT_FOUND`, `LTAD_NOT_READY`, `LTAD_BUSY` */
  admit(name: string, version?: string): Ticket {
    const model = this.find(name, version);
    const { engine } = model;
    if (!engine) throw new HttpError("LTAD_NOT_READY", `The model ${name} is not loaded.`, { retryAfter: 5 });
    return { model, engine, place: engine.admit(), watcher: this.#watcher };
  }

  /** Loads a model, or loads it again when its folder has changed. @throws HttpError or LtadError */
  load(name: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#unloaded.delete(name);
      if (!this.#folders.has(name)) await this.#scanRepository();
      if (!this.#folders.has(name))
        throw new HttpError("LTAD_NOT_FOUND", `Unknown model ${shown(name)}; this server has ${listed(this.names())}.`);
      await this.#scan(name, true);
    });
  }

  /** Stops serving a model; what it works on is answered. */
  unload(name: string): Promise<void> {
    return this.#inTurn(async () => {
      this.find(name);
      this.#unloaded.add(name);
      for (const model of this.versions(name)) this.#retire(model, "unloaded");
    });
  }

  /** As `refresh`, and tries what could not be opened without waiting longer. */
  reload(): Promise<void> {
    for (const model of this.all()) model.nextTry = undefined;
    return this.refresh();
  }

  /** Checks whether a folder has changed, and serves its present content. Checks that wait for their turn are one. */
  refresh(): Promise<void> {
    this.#nextLook ??= this.#inTurn(async () => {
      this.#nextLook = undefined;
      for (const name of this.#folders.keys()) if (!this.#unloaded.has(name)) await this.#scan(name, false);
      await this.#scanRepository();
    });
    return this.#nextLook;
  }

  /** Answers all requests that have a place, and ends. */
  async close(): Promise<void> {
    const open = this.loaded().map(({ engine }) => engine!.close());
    await Promise.all([...open, ...this.#closing]);
  }

  /** One change after another. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#work.then(change);
    this.#work = done.catch(() => {});
    return done;
  }

  async #scanRepository(): Promise<void> {
    const { repository } = this.options;
    if (repository === undefined) return;
    for (const [name, folder] of await findModels(repository)) {
      if (this.#folders.has(name) || this.#unloaded.has(name)) continue;
      this.#folders.set(name, folder);
      await this.#scan(name, false);
    }
  }

  /** Compares a model with its folder. @param strict throws what is wrong; otherwise it is logged, and the old version serves on */
  async #scan(name: string, strict: boolean): Promise<void> {
    if (!modelName.test(name))
      throw new LtadError("LTAD_CONFIG", `model name: expected letters, digits, dots, dashes, underscores; received ${shown(name)}.`);
    try {
      const found = await findVersions(this.#folders.get(name)!);
      for (const version of found) await this.#take(name, version, strict);
      const gone = this.versions(name).filter((model) => !found.some(({ version }) => version === model.version));
      for (const model of gone) {
        this.#retire(model, "its folder is gone");
        this.#models.get(name)!.delete(model.version);
      }
    } catch (error) {
      if (strict || !isLtadError(error)) throw error;
      for (const model of this.versions(name)) this.#complain(model, error.message); // the old one serves on
    }
  }

  async #take(name: string, { version, folder, fingerprint }: FoundVersion, strict: boolean): Promise<void> {
    const versions = this.#models.get(name) ?? new Map<string, ServedModel>();
    this.#models.set(name, versions);
    const model: ServedModel = versions.get(version) ?? {
      name,
      version,
      folder,
      stats: new ModelStats(),
      engine: undefined,
      fingerprint: "",
      reason: "",
      nextTry: undefined,
    };
    versions.set(version, model);
    if (model.engine && model.fingerprint === fingerprint) {
      model.reason = ""; // what was wrong on disk is as it was before
      return;
    }
    if (!strict && isTooEarly(model.nextTry, fingerprint)) return;
    try {
      const engine = await this.options.open(folder);
      const old = model.engine;
      Object.assign(model, { engine, fingerprint, reason: "", nextTry: undefined });
      this.options.log(describe(model, old ? "reloaded" : "loaded"));
      if (old) this.#end(old);
    } catch (error) {
      model.nextTry = laterTry(model.nextTry, fingerprint);
      this.#complain(model, error instanceof Error ? error.message : String(error));
      if (strict) throw error;
    }
    this.#models.set(name, new Map([...versions].sort(([a], [b]) => Number(a) - Number(b))));
  }

  /** A fault is logged once, however often the folder is looked at. */
  #complain(model: ServedModel, reason: string): void {
    if (model.reason === reason) return;
    model.reason = reason;
    this.options.log(
      `${model.name} version ${model.version}: ${reason} ${model.engine ? "The previously loaded model continues to serve." : ""}`,
    );
  }

  #retire(model: ServedModel, reason: string): void {
    const { engine } = model;
    Object.assign(model, { engine: undefined, reason });
    if (!engine) return;
    this.options.log(`${model.name} version ${model.version}: ${reason}`);
    this.#end(engine);
  }

  #end(engine: Engine): void {
    const closed = engine.close().then(() => void (this.#closing = this.#closing.filter((other) => other !== closed)));
    this.#closing.push(closed);
  }
}

function describe({ name, version, engine }: ServedModel, what: string): string {
  const { created, producer, classes, answersAsTrained } = engine!.model;
  const checked = {
    true: "it answers as it did when it was trained",
    false: "IT DOES NOT ANSWER AS IT DID WHEN IT WAS TRAINED",
    null: "it has no stored answer to compare with",
  };
  return `${what} ${name} version ${version}: written ${created} by ${producer}, ${classes.length} classes; ${checked[`${answersAsTrained}`]}`;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}

function listed(names: readonly string[]): string {
  const some = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${some} and ${names.length - 10} more` : some || "none";
}
