/** Where plans, results and models of a fleet are: the truth that all machines share. Writing an object twice is harmless. */
export interface Store {
  /** Its folder or address, as it was given. */
  readonly location: string;
  /**
   * The content of an object; undefined where there is none.
   * @throws LtadError `LTAD_FETCH` when the store cannot be reached
   */
  read(key: string): Promise<Uint8Array | undefined>;
  /**
   * Writes an object completely or not at all.
   * @throws LtadError `LTAD_WRITE` when it may not be written or is full, `LTAD_FETCH` when the store cannot be reached
   */
  write(key: string, content: Uint8Array | string): Promise<void>;
  /** The objects of a folder and below, in ascending order of their keys. @param folder such as "plans/1f0c/shards" */
  list(folder: string): Promise<readonly StoreEntry[]>;
}

/** An object of a store. */
export interface StoreEntry {
  readonly key: string;
  /** When it was written, in milliseconds since 1970. */
  readonly modified: number;
}
