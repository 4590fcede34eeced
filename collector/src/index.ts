export { startCollector, type Collector } from "./app.ts";
export { readConfig, SETTINGS, type Config, type RawSettings, type Setting } from "./config.ts";
export { ERRORS, isPhasewiseError, PhasewiseError, type ErrorCode, type ErrorKind } from "./errors.ts";
export { main } from "./main.ts";
