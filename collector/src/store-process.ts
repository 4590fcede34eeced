/**
 * The store process: owns the DuckDB file, loads the journal into it, serves page, API and SQL.
 * It is a child of the front, so that nothing that happens to it can touch what was acknowledged.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { dataFolder } from "./data-folder.ts";
import { isPhasewiseError, PhasewiseError } from "./errors.ts";
import { openJournalReader } from "./journal/reader.ts";
import type { ToFront, ToStore } from "./link.ts";
import { listenOn } from "./listen.ts";
import { openLoadAttempts } from "./load-attempt.ts";
import { Loader } from "./loader.ts";
import { createLogger } from "./log.ts";
import { openPriceDesk, type PriceDesk } from "./prices/price-desk.ts";
import { createCounters, type Snapshot, type Statuses } from "./self-metrics.ts";
import { createApiServer } from "./serve/api-server.ts";
import { openDuckDbStore } from "./store/duckdb/open.ts";
import type { Store } from "./store/store.ts";
import { SQL_FOLDER } from "./sql-folder.ts";
import { readCatalogue, type Catalogue } from "./views/catalogue.ts";
import { viewStatements } from "./views/statements.ts";

const WEB_FOLDER = fileURLToPath(new URL("../../packages/web/dist", import.meta.url));

interface Running {
  readonly loader: Loader;
  close(): Promise<void>;
}

const questions = new Map<number, (answer: { readonly head: bigint; readonly front: Snapshot }) => void>();
let nextQuestion = 0;
let running: Promise<Running> | undefined;

function send(message: ToFront): void {
  if (process.connected) process.send?.(message);
}

/** Asks the front how far the journal is at this moment. */
function ask(): Promise<{ readonly head: bigint; readonly front: Snapshot }> {
  const id = nextQuestion++;
  return new Promise((resolve) => {
    questions.set(id, resolve);
    send({ type: "ask", id });
  });
}

async function start({ config, head, isRestart, faultyPid }: ToStore & { readonly type: "start" }): Promise<Running> {
  const log = createLogger(config.logLevel, "store");
  const folder = dataFolder(config.dataFolder);
  const counters = createCounters();
  const catalogue = await readCatalogue(SQL_FOLDER, "duckdb");
  const prices = await openPriceDesk(config.prices, log, {
    isRestart,
    onChange: () => {
      showPrices().catch((error: unknown) => log.warn({ err: error }, "SQL does not know the changed prices yet"));
    },
  });
  const store = await openDuckDbStore({
    file: folder.database,
    sqlFolder: SQL_FOLDER,
    memoryLimit: config.memoryLimit,
    log: ({ level, message, ...details }) => log[level](details, message),
    onStuck: (sql) => {
      // The engine does not let go of this query, and holds a thread and memory for it. The front starts us again.
      log.error({ sql }, "a query cannot be stopped; ending the store process for it");
      process.kill(process.pid, "SIGKILL");
    },
  });
  /** Lets SQL know the prices of the user's own file, beside the built-in ones. */
  async function showPrices(): Promise<void> {
    const statement = prices.tokenPrices();
    if (statement !== undefined) await store.applyViews([statement]);
  }
  // The front must know this before it takes anything: a sequence that the store has is never given out again.
  send({ type: "loaded", loaded: String(store.loadedUpTo()) });
  await store.applyViews(viewStatements(catalogue));
  await showPrices();
  const reader = await openJournalReader(folder.journal, (damage) => {
    counters.add("journal_damaged");
    log.error({ damage }, "the journal is damaged");
  });
  const loader = new Loader({
    store,
    reader,
    settle: prices.settle,
    intervalMs: config.loadIntervalMs,
    maxBytes: config.loadMaxBytes,
    attempts: openLoadAttempts(folder.loading, store.loadedUpTo(), faultyPid),
    quarantineFolder: folder.quarantine,
    counters,
    log,
    onLoaded: (loaded) => send({ type: "loaded", loaded: String(loaded) }),
  });
  loader.advance(BigInt(head));
  const api = await serve(config, store, log, { catalogue, prices, counters: () => counters.snapshot() });
  send({ type: "ready", webPort: api.port, loaded: String(store.loadedUpTo()) });
  return {
    loader,
    async close() {
      await api.close();
      await loader.stop();
      await reader.close();
      prices.close();
      await store.close();
    },
  };
}

async function serve(
  config: Config,
  store: Store,
  log: Logger,
  parts: { readonly catalogue: Catalogue; readonly prices: PriceDesk; readonly counters: () => Snapshot },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const readStatuses = async (): Promise<Statuses> => ({ front: (await ask()).front, store: parts.counters() });
  const app = createApiServer({
    store,
    catalogue: parts.catalogue,
    prices: { ...parts.prices, reprice: (request) => store.reprice(request, parts.prices.priceCall()) },
    config,
    logger: log,
    webFolder: existsSync(WEB_FOLDER) ? WEB_FOLDER : undefined,
    ready: async () => {
      const { head } = await ask();
      const loaded = store.loadedUpTo();
      return { ready: loaded >= head, acknowledged: String(head), loaded: String(loaded) };
    },
    status: readStatuses,
    metrics: readStatuses,
  });
  const port = await listenOn(app, config.host, config.webPort, "PHASEWISE_WEB_PORT");
  return { port, close: () => app.close() };
}

async function stop(head: bigint): Promise<void> {
  const parts = await running;
  if (parts !== undefined) {
    await parts.loader.drain(head);
    await parts.close();
  }
  process.exit(0);
}

/** An error that another start would meet again is told to the front; the rest ends the process and is retried. */
function fail(error: unknown): void {
  const known = isPhasewiseError(error) ? error : undefined;
  if (known === undefined || known.retryable) {
    createLogger("fatal", "store").fatal({ err: error }, "the store process fails");
    process.exit(1);
  }
  const message: ToFront = { type: "fatal", code: known.code, message: known.message };
  if (process.connected) process.send?.(message, undefined, undefined, () => process.exit(1));
  else process.exit(1);
}

process.on("message", (message) => {
  const command = message as ToStore;
  switch (command.type) {
    case "start":
      running = start(command);
      running.catch(fail);
      break;
    case "head":
      void running?.then((parts) => parts.loader.advance(BigInt(command.head)));
      break;
    case "answer":
      questions.get(command.id)?.({ head: BigInt(command.head), front: command.front });
      questions.delete(command.id);
      break;
    case "stop":
      stop(BigInt(command.head)).catch(fail);
      break;
  }
});
// The front is gone (killed, or crashed): whoever starts next needs the database. An exit would wait for a query that runs
// in the engine, which can be for ever; what is on disk is safe from a kill.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// The terminal sends its interrupt to both processes; only the front decides what to do about it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
setInterval(() => send({ type: "beat" }), 1_000).unref();

if (process.send === undefined) {
  throw new PhasewiseError("CONFIG_INVALID", "the store process is started by the collector, not by hand");
}
