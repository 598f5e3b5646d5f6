/** A clock that goes while an engine can work, and rests while it starts again: what waits is not blamed for that time. */
export class UpTime {
  #passed = 0;
  #since: number | undefined = performance.now();

  /** Milliseconds in which the engine could work. */
  now(): number {
    return this.#passed + (this.#since === undefined ? 0 : performance.now() - this.#since);
  }

  set(isUp: boolean): void {
    this.#passed = this.now();
    this.#since = isUp ? performance.now() : undefined;
  }
}
