// A program of its own: runs the small network and prints what ran it and what came out.
import { createRng, float32 } from "@ltad/core";
import { openProgram, runtimeInfo } from "../index.js";
import { mixedLayers } from "./mixed-layers.js";

const program = await openProgram(mixedLayers(), { threads: 1 });
const { y } = await program.run({ x: float32([3, 7], createRng("x").normals(21)) });
process.stdout.write(JSON.stringify({ ...(await runtimeInfo()), ran: program.providers, y: Array.from(y!.data) }));
await program.dispose();
