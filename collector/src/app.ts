/** The front: receives, checks, journals, acknowledges; starts the store process and watches over it. */
import { rm, writeFile } from "node:fs/promises";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { claimDataFolder, dataFolder } from "./data-folder.ts";
import { PhasewiseError, isPhasewiseError } from "./errors.ts";
import { take } from "./ingest.ts";
import { openJournal } from "./journal/journal.ts";
import { listenOn } from "./listen.ts";
import type { Accept } from "./receive/accept.ts";
import { createOtlpServer } from "./receive/otlp-server.ts";
import { createCounters } from "./self-metrics.ts";
import { startStore } from "./store-link.ts";

/** A running collector. */
export interface Collector {
  readonly otlpHttpPort: number;
  readonly webPort: number;
  /** Refuses new telemetry, loads what is acknowledged, closes. */
  stop(): Promise<void>;
  /** Resolves when the collector has ended by itself, with the reason. */
  readonly failed: Promise<PhasewiseError>;
}

/** Loading what is left may take this long at a stop; what is not loaded by then is loaded at the next start. */
const STOP_MS = 8_000;
const SWEEP_MS = 60_000;

/** Starts everything, in order; a failure leaves nothing running. */
export async function startCollector(config: Config, log: Logger): Promise<Collector> {
  const folder = dataFolder(config.dataFolder);
  const claim = await claimDataFolder(folder);
  const undo: (() => Promise<unknown>)[] = [() => claim.release()];
  try {
    const counters = createCounters();
    const journal = await openJournal({
      folder: folder.journal,
      segmentBytes: config.journalSegmentBytes,
      maxPendingBytes: config.journalMaxBytes,
    });
    undo.push(() => journal.close());
    for (const damage of journal.damage()) {
      counters.add("journal_damaged");
      log.error({ damage }, "the journal was damaged");
    }
    const failed = Promise.withResolvers<PhasewiseError>();
    const state = { stopping: false };

    const accept: Accept = async (request) => {
      if (state.stopping) throw new PhasewiseError("SHUTTING_DOWN", "the collector is stopping; send again in a second");
      try {
        const taken = await take(request, (entry) => journal.append(entry));
        store.advance(journal.head());
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
    const otlp = createOtlpServer({ config, accept, logger: log });
    const otlpHttpPort = await listenOn(otlp, config.host, config.otlpHttpPort, "PHASEWISE_OTLP_HTTP_PORT");
    undo.push(() => otlp.close());

    const store = startStore({
      config,
      log,
      head: () => journal.head(),
      counters: () => counters.snapshot(),
      onLoaded: (loaded) => journal.released(loaded),
      onRestart: () => counters.add("store_restarts"),
      onFatal: (error) => failed.resolve(error),
    });
    undo.push(() => store.stop(STOP_MS));
    const { webPort } = await store.ready;

    const sweep = setInterval(() => {
      journal
        .removeReleased(Date.now() - config.journalRetentionMs)
        .catch((error: unknown) => log.warn({ err: error }, "old journal segments could not be removed"));
    }, SWEEP_MS);
    sweep.unref();
    await writeFile(folder.ports, JSON.stringify({ pid: process.pid, otlp_http: otlpHttpPort, web: webPort }));

    return {
      otlpHttpPort,
      webPort,
      failed: failed.promise,
      async stop() {
        state.stopping = true;
        clearInterval(sweep);
        await rm(folder.ports, { force: true });
        await otlp.close();
        await store.stop(STOP_MS);
        await journal.close();
        await claim.release();
      },
    };
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}
