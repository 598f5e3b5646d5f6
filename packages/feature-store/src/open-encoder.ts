import { openProgram, type Program, type RuntimeOptions, tiledProgram } from "@ltad/runtime";
import type { FrozenEncoder } from "./features-id.js";

/** Opens the graph of an encoder as a program that takes whole images, which it cuts into tiles if the encoder has them. */
export async function openEncoder({ graph, spec: { inputSize, tiles } }: FrozenEncoder, options?: RuntimeOptions): Promise<Program> {
  const program = await openProgram(graph, options);
  return tiles ? tiledProgram(program, { inputSize, tiles }) : program;
}
