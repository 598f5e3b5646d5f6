/** How weights are stored in a file: as they are, or in two bytes or one, of which the runtime makes float32 when it loads the file. */
export const weightTypes = ["float32", "float16", "int8"] as const;
export type WeightType = (typeof weightTypes)[number];
