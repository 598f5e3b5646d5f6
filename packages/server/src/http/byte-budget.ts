import { HttpError } from "../http-error.js";

/** Bytes of all bodies that are being read or worked on, and of answers on their way. It keeps many together from taking all memory. */
export class ByteBudgets {
  #used = 0;

  constructor(readonly limit: number) {}

  get used(): number {
    return this.#used;
  }

  /** For one request. @throws HttpError `LTAD_BUSY` when the body that it announces does not fit */
  open(announced: number): ByteBudget {
    let own = 0;
    if (this.#used + announced > this.limit) throw full();
    return {
      add: (bytes) => {
        if (this.#used + bytes > this.limit) throw full();
        this.#used += bytes;
        own += bytes;
      },
      addAnswer: (bytes) => {
        if (this.#used + bytes > this.limit && this.#used > own) throw full(); // alone, the largest goes out too
        this.#used += bytes;
        own += bytes;
      },
      release: () => {
        this.#used -= own;
        own = 0;
      },
    };
  }
}

/** The part of one request. */
export interface ByteBudget {
  /** @throws HttpError `LTAD_BUSY` */
  add(bytes: number): void;
  /** Those of an answer, however many where it is the only one. @throws HttpError `LTAD_BUSY` */
  addAnswer(bytes: number): void;
  release(): void;
}

function full(): HttpError {
  return new HttpError("LTAD_BUSY", "This server is receiving too much data at the moment. Try again soon.", { retryAfter: 1 });
}
