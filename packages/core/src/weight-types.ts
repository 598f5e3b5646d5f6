/** How weights are stored in a file: in four bytes, two or one. The runtime converts them back to float32 when it loads the file. */
export const weightTypes = ["float32", "float16", "int8"] as const;
export type WeightType = (typeof weightTypes)[number];
