import { HttpError } from "../http-error.js";
import type { Place } from "./engine.js";

/** How long a place is kept for a body that has not arrived, in milliseconds, because slow senders must not block the others. */
const kept = 2000;

/**
 * The places in front of an engine: those whose body is on its way, those that wait, and those that are worked on.
 * The place of a slow sender goes to others after two seconds; it takes a new one, if there is one, when its body has come.
 */
export class Places {
  readonly #taken = new Set<Place>();

  constructor(
    private readonly limit: number,
    private readonly onFree: () => void = () => {},
  ) {}

  get taken(): number {
    return this.#taken.size;
  }

  /** @throws HttpError `LTAD_BUSY` */
  take(): Place {
    this.#assertRoom();
    const expiry = setTimeout(() => this.#free(place), kept);
    expiry.unref();
    const place: Place & { readonly expiry: NodeJS.Timeout } = {
      expiry,
      release: () => {
        clearTimeout(expiry);
        this.#free(place);
      },
    };
    this.#taken.add(place);
    return place;
  }

  /** The body has come: the place stays until it is released. @throws HttpError `LTAD_BUSY` when it has gone to others */
  hold(place: Place): void {
    clearTimeout((place as Place & { readonly expiry?: NodeJS.Timeout }).expiry);
    if (this.#taken.has(place)) return;
    this.#assertRoom();
    this.#taken.add(place);
  }

  #assertRoom(): void {
    if (this.#taken.size < this.limit) return;
    throw new HttpError("LTAD_BUSY", `${this.#taken.size} images are waiting already. Try again soon.`, { retryAfter: 1 });
  }

  #free(place: Place): void {
    if (this.#taken.delete(place)) this.onFree();
  }
}
