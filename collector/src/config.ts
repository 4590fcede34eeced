/**
 * Every setting of the collector: one table, read once. Nothing else reads the environment.
 * `docs/configuration.md` and `phasewise serve --help` are generated from it.
 */
import { PhasewiseError } from "./errors.ts";

/** One setting: its variable, its flag on `phasewise serve`, its default and what it means. */
export interface Setting {
  readonly variable: string;
  readonly flag: string;
  readonly type: "text" | "port" | "count" | "duration_ms" | "bytes" | "path" | "percent" | "memory" | "log_level";
  readonly default: string;
  readonly help: string;
}

const MiB = 1024 * 1024;

/** The table. */
export const SETTINGS = {
  dataFolder: {
    variable: "PHASEWISE_DATA",
    flag: "--data",
    type: "path",
    default: "./phasewise-data",
    help: "Folder for the journal and the DuckDB file.",
  },
  host: {
    variable: "PHASEWISE_HOST",
    flag: "--host",
    type: "text",
    default: "127.0.0.1",
    help: "Address to listen on. Anything but loopback needs PHASEWISE_TOKEN.",
  },
  otlpGrpcPort: {
    variable: "PHASEWISE_OTLP_GRPC_PORT",
    flag: "--otlp-grpc-port",
    type: "port",
    default: "4317",
    help: "Port for OTLP over gRPC. 0 takes any free port.",
  },
  otlpHttpPort: {
    variable: "PHASEWISE_OTLP_HTTP_PORT",
    flag: "--otlp-http-port",
    type: "port",
    default: "4318",
    help: "Port for OTLP over HTTP. 0 takes any free port.",
  },
  webPort: {
    variable: "PHASEWISE_WEB_PORT",
    flag: "--web-port",
    type: "port",
    default: "4319",
    help: "Port for the page and the HTTP API. 0 takes any free port.",
  },
  sqlPort: {
    variable: "PHASEWISE_SQL_PORT",
    flag: "--sql-port",
    type: "port",
    default: "4320",
    help: "Reserved for SQL over the Postgres protocol; nothing listens there yet.",
  },
  token: {
    variable: "PHASEWISE_TOKEN",
    flag: "--token",
    type: "text",
    default: "",
    help: "Bearer token that senders and readers must show. Required off loopback; empty means none is asked for.",
  },
  allowedHosts: {
    variable: "PHASEWISE_ALLOWED_HOSTS",
    flag: "--allowed-hosts",
    type: "text",
    default: "",
    help: "Host names, comma separated, that requests may name beside loopback names and the bound address.",
  },
  maxBodyBytes: {
    variable: "PHASEWISE_MAX_BODY_BYTES",
    flag: "--max-body-bytes",
    type: "bytes",
    default: String(64 * MiB),
    help: "Largest request body after decompression.",
  },
  inFlightMaxBytes: {
    variable: "PHASEWISE_IN_FLIGHT_MAX_BYTES",
    flag: "--in-flight-max-bytes",
    type: "bytes",
    default: String(256 * MiB),
    help: "Most bytes of request bodies held in memory at once; beyond it, or a sender's fair share of it, senders are asked to come back (503).",
  },
  bodyTimeoutMs: {
    variable: "PHASEWISE_BODY_TIMEOUT_MS",
    flag: "--body-timeout-ms",
    type: "duration_ms",
    default: "30000",
    help: "A request that has not arrived whole after this long is dropped.",
  },
  diskWarnFreePercent: {
    variable: "PHASEWISE_DISK_WARN_FREE_PERCENT",
    flag: "--disk-warn-free-percent",
    type: "percent",
    default: "15",
    help: "A warning is logged when less than this share of the data folder's disk is free.",
  },
  diskMinFreePercent: {
    variable: "PHASEWISE_DISK_MIN_FREE_PERCENT",
    flag: "--disk-min-free-percent",
    type: "percent",
    default: "5",
    help: "Senders are asked to come back (503) while less than this share of the data folder's disk is free. Reports stay.",
  },
  diskMinFreeBytes: {
    variable: "PHASEWISE_DISK_MIN_FREE_BYTES",
    flag: "--disk-min-free-bytes",
    type: "bytes",
    default: String(256 * MiB),
    help: "The same in bytes; whichever of the two is more counts.",
  },
  journalMaxBytes: {
    variable: "PHASEWISE_JOURNAL_MAX_BYTES",
    flag: "--journal-max-bytes",
    type: "bytes",
    default: String(4096 * MiB),
    help: "Most bytes that may wait in the journal to be loaded; beyond it senders are asked to come back (503).",
  },
  journalSegmentBytes: {
    variable: "PHASEWISE_JOURNAL_SEGMENT_BYTES",
    flag: "--journal-segment-bytes",
    type: "bytes",
    default: String(64 * MiB),
    help: "A journal segment is closed when it reaches this size.",
  },
  journalRetentionMs: {
    variable: "PHASEWISE_JOURNAL_RETENTION_MS",
    flag: "--journal-retention-ms",
    type: "duration_ms",
    default: String(24 * 3600 * 1000),
    help: "How long loaded journal segments are kept for re-play.",
  },
  loadIntervalMs: {
    variable: "PHASEWISE_LOAD_INTERVAL_MS",
    flag: "--load-interval-ms",
    type: "duration_ms",
    default: "200",
    help: "How long new telemetry may gather before it is loaded into DuckDB.",
  },
  loadMaxBytes: {
    variable: "PHASEWISE_LOAD_MAX_BYTES",
    flag: "--load-max-bytes",
    type: "bytes",
    default: String(32 * MiB),
    help: "Most journal bytes that one load transaction takes.",
  },
  memoryLimit: {
    variable: "PHASEWISE_MEMORY_LIMIT",
    flag: "--memory-limit",
    type: "memory",
    default: "2GB",
    help: "Memory that DuckDB may use, in its own notation.",
  },
  prices: {
    variable: "PHASEWISE_PRICES",
    flag: "--prices",
    type: "text",
    default: "",
    help: "Price file (JSON) with contract prices, discounts and prices of further models; read again when it changes.",
  },
  storeMemoryMaxBytes: {
    variable: "PHASEWISE_STORE_MEMORY_MAX",
    flag: "--store-memory-max",
    type: "bytes",
    default: String(6144 * MiB),
    help: "The store process is ended and started again when it holds more memory than this (Linux).",
  },
  queryTimeoutMs: {
    variable: "PHASEWISE_QUERY_TIMEOUT_MS",
    flag: "--query-timeout-ms",
    type: "duration_ms",
    default: "30000",
    help: "A query is stopped after this long.",
  },
  queryMaxRows: {
    variable: "PHASEWISE_QUERY_MAX_ROWS",
    flag: "--query-max-rows",
    type: "count",
    default: "100000",
    help: "Most rows that one query answers.",
  },
  logLevel: {
    variable: "PHASEWISE_LOG_LEVEL",
    flag: "--log-level",
    type: "log_level",
    default: "info",
    help: "trace, debug, info, warn, error or fatal.",
  },
} as const satisfies Record<string, Setting>;

type SettingName = keyof typeof SETTINGS;
type TextType = "text" | "path" | "memory" | "log_level";
type ParsedValue<T extends Setting["type"]> = T extends TextType ? string : number;

const LOG_LEVELS: ReadonlySet<string> = new Set(["trace", "debug", "info", "warn", "error", "fatal"]);
/** Sizes that DuckDB reads, less its words for "no limit". */
const MEMORY = /^(?=.*[1-9])\d{1,12}(?:\.\d{1,6})?\s?(?:[kmgt]i?b)$/i;

/** The settings as the program uses them: every value parsed and within its bounds. */
export type Config = { readonly [Name in SettingName]: ParsedValue<(typeof SETTINGS)[Name]["type"]> };

/** Raw text of each setting, from flags and environment, by setting name. Flags win. */
export type RawSettings = { readonly [Name in SettingName]?: string | undefined };

/** Parses flags over environment over defaults. Throws one `PhasewiseError` that lists every problem. */
export function readConfig(flags: RawSettings, environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const config: Record<string, string | number> = {};
  for (const [name, setting] of Object.entries(SETTINGS) as [SettingName, Setting][]) {
    const fromFlag = flags[name];
    const source = fromFlag === undefined ? setting.variable : setting.flag;
    const text = fromFlag ?? environment[setting.variable] ?? setting.default;
    const value = parse(setting, text);
    if (value === undefined) problems.push(`${source}: expected ${EXPECTED[setting.type]}, got "${text}"`);
    else config[name] = value;
  }
  if (problems.length === 0 && !isLoopback(String(config["host"])) && config["token"] === "") {
    problems.push(
      `PHASEWISE_HOST: ${config["host"]} is reachable from other machines; set PHASEWISE_TOKEN or listen on 127.0.0.1`,
    );
  }
  if (problems.length > 0) throw new PhasewiseError("CONFIG_INVALID", problems.join("\n"));
  return config as unknown as Config;
}

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function parse(setting: Setting, text: string): string | number | undefined {
  if (setting.type === "text") return text;
  if (setting.type === "path") return text === "" ? undefined : text;
  if (setting.type === "memory") return MEMORY.test(text) ? text : undefined;
  if (setting.type === "log_level") return LOG_LEVELS.has(text) ? text : undefined;
  if (!/^\d{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  if (setting.type === "port") return value <= 65535 ? value : undefined;
  if (setting.type === "percent") return value < 100 ? value : undefined;
  return value > 0 ? value : undefined;
}

const EXPECTED: Readonly<Record<Setting["type"], string>> = {
  port: "a port from 0 to 65535",
  path: "a folder",
  percent: "a whole percentage from 0 to 99",
  bytes: "a whole number of bytes above 0",
  duration_ms: "a whole number of milliseconds above 0",
  count: "a whole number above 0",
  memory: "a size such as 512MB, 2GB or 1.5GiB",
  log_level: "trace, debug, info, warn, error or fatal",
  text: "text",
};
