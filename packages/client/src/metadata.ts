/** What a server says about a model. */
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
    /** Whether it still gives the answer that it gave after training; null when it stores no answer. */
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
  /** -1: any. */
  readonly shape: readonly number[];
}
