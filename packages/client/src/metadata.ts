/** How a server describes a model. */
export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  readonly parameters: {
    readonly classes: readonly string[];
    /** When the model was written, ISO 8601. */
    readonly created: string;
    /** True when the model still computes what it computed after training; null if it stores no result to compare. */
    readonly answers_as_trained: boolean | null;
    readonly has_thresholds: boolean;
    readonly preset: string;
    readonly producer: string;
    readonly encoder: string;
    readonly input_size: number;
    readonly grid: number;
  };
}

interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  /** The shape; -1 is any size. */
  readonly shape: readonly number[];
}
