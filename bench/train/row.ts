/** What one task of one program took, without the start of its process. */
export interface Cost {
  readonly seconds: number;
  /** User and system time on all cores, which other programs on the machine change less. */
  readonly cpuSeconds: number;
  /** Largest resident memory of the process. */
  readonly peakMb: number;
  /** Of `fit`: the model on disk. */
  readonly bytes?: number;
  /** Of `predict`. */
  readonly images?: number;
}

/** AUROC in %. */
export interface Means {
  readonly avg: number;
  readonly high: number;
  readonly low: number;
}

/** One program with one way of training. */
export interface Row {
  readonly name: string;
  readonly fit: Cost;
  readonly predict: Cost;
  /** By the program's own image score, and by the largest value of its map. */
  readonly image: Means;
  readonly imageByMap: Means;
  readonly pixel: Means;
}
