/** `node --import @phasewise/sdk/register app.js`: loading this module starts the instrumentation. */
import { start } from "./start.ts";

start();
