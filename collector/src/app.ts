/** The front: receives, checks, journals, acknowledges; starts the store process and watches over it. */
import { rm, writeFile } from "node:fs/promises";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { claimDataFolder, dataFolder } from "./data-folder.ts";
import { isPhasewiseError, PhasewiseError } from "./errors.ts";
import { take } from "./ingest.ts";
import { openJournal, type Journal } from "./journal/journal.ts";
import { listenOn, portError } from "./listen.ts";
import type { Accept } from "./receive/accept.ts";
import { listenOtlpGrpc } from "./receive/otlp-grpc.ts";
import { createOtlpServer } from "./receive/otlp-http.ts";
import { createCounters, type Counters } from "./self-metrics.ts";
import { StoreLink } from "./store-link.ts";

/** A running collector. */
export interface Collector {
  readonly otlpHttpPort: number;
  readonly otlpGrpcPort: number;
  readonly webPort: number;
  /** Refuses new telemetry, loads what is acknowledged, closes. */
  stop(): Promise<void>;
  /** Resolves when the collector can no longer run, with the reason. */
  readonly failed: Promise<PhasewiseError>;
}

/** Loading what is left may take this long at a stop; what is not loaded by then is loaded at the next start. */
const STOP_MS = 8_000;
const SWEEP_MS = 60_000;

/** Starts everything, in order; a failure leaves nothing running. */
export async function startCollector(config: Config, log: Logger): Promise<Collector> {
  const folder = dataFolder(config.dataFolder);
  const open: (() => Promise<unknown>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of open.splice(0).toReversed()) await close();
  };
  try {
    const claim = await claimDataFolder(folder);
    open.push(() => claim.release());
    const counters = createCounters();
    const journal = await openCheckedJournal(folder.journal, config, counters, log);
    open.push(() => journal.close());
    open.push(sweepJournal(journal, config, log));

    // Until the store has said how far it is, no sequence may be given out: it might have that one already.
    const gate = { isOpen: false };
    const accept = createAccept(journal, counters, gate, (head) => store.advance(head));
    const failed = Promise.withResolvers<PhasewiseError>();
    const http = createOtlpServer({ ...config, allowedHosts: config.allowedHosts.split(","), accept, logger: log });
    const otlpHttpPort = await listenOn(http, config.host, config.otlpHttpPort, "PHASEWISE_OTLP_HTTP_PORT");
    open.push(() => http.close());
    const grpc = await listenGrpc(config, accept, log);
    open.push(() => grpc.close());
    const store = new StoreLink({
      config,
      log,
      head: () => journal.head(),
      counters: () => counters.snapshot(),
      onLoaded: (loaded) => {
        journal.released(loaded);
        gate.isOpen = true;
      },
      onRestart: () => counters.add("store_restarts"),
      onFatal: (error) => failed.resolve(error),
    });
    // Closed after the receivers, so that it loads the last thing that they took.
    open.splice(-2, 0, () => store.stop(STOP_MS));
    const { webPort } = await store.ready;
    const ports = { pid: process.pid, otlp_http: otlpHttpPort, otlp_grpc: grpc.port, web: webPort };
    await writeFile(folder.ports, JSON.stringify(ports));
    open.push(() => rm(folder.ports, { force: true }));
    return { otlpHttpPort, otlpGrpcPort: grpc.port, webPort, failed: failed.promise, stop: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openCheckedJournal(path: string, config: Config, counters: Counters, log: Logger): Promise<Journal> {
  const journal = await openJournal({
    folder: path,
    segmentBytes: config.journalSegmentBytes,
    maxPendingBytes: config.journalMaxBytes,
  });
  for (const damage of journal.damage()) {
    counters.add("journal_damaged");
    log.error({ damage }, "the journal was damaged");
  }
  return journal;
}

/** Takes requests for both receivers, and counts them. */
function createAccept(
  journal: Journal,
  counters: Counters,
  gate: { readonly isOpen: boolean },
  advance: (head: bigint) => void,
): Accept {
  return async (request) => {
    try {
      if (!gate.isOpen)
        throw new PhasewiseError("STORE_UNAVAILABLE", "The collector is starting; send again in a second.");
      const taken = await take(request, (entry) => journal.append(entry));
      advance(journal.head());
      counters.add("requests_accepted");
      counters.add("items_accepted", taken.accepted);
      counters.add("bytes_accepted", request.body.byteLength);
      if (taken.rejected > 0) counters.add("items_rejected", taken.rejected);
      return taken;
    } catch (error) {
      counters.add("requests_refused", 1, isPhasewiseError(error) ? error.code : "INTERNAL");
      throw error;
    }
  };
}

async function listenGrpc(
  config: Config,
  accept: Accept,
  log: Logger,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const onUnavailable = (error: unknown): void => log.warn({ err: error }, "a gRPC request was not taken");
  try {
    return await listenOtlpGrpc({ ...config, accept, onUnavailable }, config.host, config.otlpGrpcPort);
  } catch (error) {
    throw portError(error, config.host, config.otlpGrpcPort, "PHASEWISE_OTLP_GRPC_PORT");
  }
}

/** Removes loaded segments that are older than the retention, from time to time. Returns how to stop. */
function sweepJournal(journal: Journal, config: Config, log: Logger): () => Promise<void> {
  const timer = setInterval(() => {
    journal
      .removeReleased(Date.now() - config.journalRetentionMs)
      .catch((error: unknown) => log.warn({ err: error }, "old journal segments could not be removed"));
  }, SWEEP_MS);
  timer.unref();
  return async () => clearInterval(timer);
}
