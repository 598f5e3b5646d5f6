/** Where a fault is. */
interface Place {
  readonly file?: string | undefined;
  readonly folder?: string | undefined;
  readonly files?: readonly (string | undefined)[] | undefined;
  readonly line?: number | undefined;
  readonly class?: string | undefined;
  /** An image, by its path below the data set or by its name. */
  readonly image?: unknown;
}

/** What a field, an option or an array should be, and what it is. */
interface Mismatch {
  readonly field?: string | undefined;
  readonly name?: string | undefined;
  readonly expected?: unknown;
  readonly received?: unknown;
}

/** The fields of an error's `details`, by its code. Each error fills in what it knows, so every field is optional. */
export interface LtadErrorDetails {
  readonly LTAD_DATA: Place & { readonly pixel?: number; readonly images?: number; readonly masks?: readonly string[] | number };
  readonly LTAD_IMAGE: Place;
  readonly LTAD_MASK: Place & {
    /** How many images and masks a folder has. */
    readonly images?: number;
    /** The masks that fit one image, or how many there are. */
    readonly masks?: readonly string[] | number;
    readonly found?: unknown;
    readonly expected?: unknown;
  };
  readonly LTAD_CONFIG: Place &
    Mismatch & {
      /** Every fault of a config, with the path of its field. */
      readonly issues?: readonly { readonly path: string; readonly message: string }[];
      readonly kernel?: string;
      readonly width?: number;
      readonly heads?: number;
      readonly window?: unknown;
      readonly grid?: unknown;
      readonly pMin?: number;
      readonly gamma?: number;
    };
  readonly LTAD_SHAPE: Place & Mismatch & { readonly input?: string };
  readonly LTAD_TRACE: { readonly op?: string; readonly kernel?: string; readonly params?: readonly string[] };
  readonly LTAD_NOT_FINITE: { readonly kernel?: string; readonly result?: string };
  readonly LTAD_UNDEFINED_METRIC: { readonly metric?: string; readonly reason?: string };
  readonly LTAD_BUNDLE: Place & Mismatch;
  readonly LTAD_WEIGHTS: Place &
    Mismatch & {
      readonly source?: string;
      readonly package?: string;
      /** True when the folder holds another kind of encoder than the wanted one. */
      readonly otherKind?: boolean;
    };
  readonly LTAD_FETCH: Place & {
    readonly url?: string;
    readonly repository?: string;
    readonly revision?: string;
    readonly package?: string;
    /** What fetches the package by hand. */
    readonly command?: string;
    readonly unreachable?: boolean;
    readonly otherBytes?: boolean;
  };
  readonly LTAD_WRITE: Place;
  readonly LTAD_ABORTED: object;
}
