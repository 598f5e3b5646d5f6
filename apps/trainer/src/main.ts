#!/usr/bin/env node
import { main } from "ltad/cli";

await main();
