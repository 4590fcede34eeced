/** The front: receives, checks, journals, acknowledges; starts the store process and watches over it. */
import { rm, writeFile } from "node:fs/promises";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { claimDataFolder, dataFolder } from "./data-folder.ts";
import { type DiskWatch, watchDisk } from "./disk-watch.ts";
import { PhasewiseError } from "./errors.ts";
import { take } from "./ingest.ts";
import { openJournal, type Journal } from "./journal/journal.ts";
import { listenOn, portError } from "./listen.ts";
import type { Accept } from "./receive/accept.ts";
import { type Admission, createAdmission } from "./receive/admission.ts";
import { listenOtlpGrpc, type OtlpGrpcOptions } from "./receive/otlp-grpc.ts";
import { createOtlpServer } from "./receive/otlp-http.ts";
import { createRefusalLog } from "./refusal-log.ts";
import { createCounters, type Counters, type GaugeName } from "./self-metrics.ts";
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

    const disk = await watchDisk(folder.path, config, log);
    open.push(async () => disk.stop());

    // Until the store has said how far it is, no sequence may be given out: it might have that one already.
    const loaded: Loaded = { upTo: undefined };
    const admission = createAdmission({
      maxBytes: config.inFlightMaxBytes,
      checkOpen: () => {
        if (loaded.upTo === undefined) throw starting();
        disk.check();
      },
    });
    const accept = createAccept(journal, counters, (head) => store.advance(head));
    const receiving = { admission, accept, onRefused: createRefusalLog(log, counters) };
    const failed = Promise.withResolvers<PhasewiseError>();
    const http = createOtlpServer({
      ...config,
      ...receiving,
      allowedHosts: config.allowedHosts.split(","),
      logger: log,
    });
    const otlpHttpPort = await listenOn(http, config.host, config.otlpHttpPort, "PHASEWISE_OTLP_HTTP_PORT");
    open.push(() => http.close());
    const grpc = await listenGrpc({ ...config, ...receiving }, config);
    open.push(() => grpc.close());
    const store = new StoreLink({
      config,
      log,
      head: () => journal.head(),
      counters: () => ({ ...counters.snapshot(), ...measure({ journal, admission, disk, loaded }) }),
      onLoaded: (upTo) => {
        journal.released(upTo);
        loaded.upTo = upTo;
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

/** How far the store says that it is; undefined until it has spoken. */
interface Loaded {
  upTo: bigint | undefined;
}

interface Measured {
  readonly journal: Journal;
  readonly admission: Admission;
  readonly disk: DiskWatch;
  readonly loaded: Loaded;
}

/** The gauges of the front at this moment. */
function measure({ journal, admission, disk, loaded }: Measured): Readonly<Partial<Record<GaugeName, number>>> {
  const head = journal.head();
  const waiting = Number(head - (loaded.upTo ?? head));
  const since = waiting > 0 ? (journal.oldestPendingUnixMs() ?? performance.timeOrigin) : Date.now();
  return {
    in_flight_bytes: admission.inFlightBytes(),
    journal_pending_bytes: journal.pendingBytes(),
    load_lag_entries: waiting,
    load_lag_seconds: Math.max(0, Date.now() - since) / 1000,
    disk_free_bytes: disk.space().freeBytes,
    disk_low: disk.state() === "low" ? 1 : 0,
  };
}

function starting(): PhasewiseError {
  return new PhasewiseError("STORE_UNAVAILABLE", "The collector is starting; send again in a second.");
}

/** Takes requests for both receivers, and counts them. */
function createAccept(journal: Journal, counters: Counters, advance: (head: bigint) => void): Accept {
  return async (request) => {
    const taken = await take(request, (entry) => journal.append(entry));
    advance(journal.head());
    counters.add("requests_accepted");
    counters.add("items_accepted", taken.accepted);
    counters.add("bytes_accepted", request.body.byteLength);
    if (taken.rejected > 0) counters.add("items_rejected", taken.rejected);
    if (taken.losses.duplicateKeys > 0) counters.add("attributes_duplicate", taken.losses.duplicateKeys);
    if (taken.losses.overLimits > 0) counters.add("attributes_dropped", taken.losses.overLimits);
    return taken;
  };
}

async function listenGrpc(
  options: OtlpGrpcOptions,
  { host, otlpGrpcPort }: Config,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  try {
    return await listenOtlpGrpc(options, host, otlpGrpcPort);
  } catch (error) {
    throw portError(error, host, otlpGrpcPort, "PHASEWISE_OTLP_GRPC_PORT");
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
