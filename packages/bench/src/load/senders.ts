/** Senders that work through their bodies, each one request at a time, and count what came back. */
import { createHistogram } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Body } from "../traffic/traffic.ts";
import type { BodySource } from "./bodies.ts";
import { type Answer, type Connection, openConnection } from "./connection.ts";
import type { LoadCounts, LoadOptions } from "./messages.ts";

const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const MOST_FAULTS = 20;
/** Before a request whose connection broke is sent again. */
const RECONNECT_MS = 50;

/** All senders of a load. */
export class Senders {
  /** Bodies acknowledged, by sender. */
  readonly progress = new Map<number, number>();
  /** Microseconds until an acknowledgement. */
  readonly latency: ReturnType<typeof createHistogram> = createHistogram({
    lowest: 1,
    highest: 600_000_000,
    figures: 3,
  });
  readonly faults: string[] = [];
  /** Requests that were not acknowledged when the time for retries was over, or were refused for good. */
  abandoned = 0;
  longestSilenceMs = 0;
  readonly #options: LoadOptions;
  readonly #source: BodySource;
  readonly #answers: Record<string, number> = {};
  #items = 0;
  #requests = 0;
  #sentBytes = 0;
  #stopping = false;
  #started = 0;
  #lastAnswer = 0;

  constructor(options: LoadOptions, source: BodySource) {
    this.#options = options;
    this.#source = source;
  }

  /** Resolves when every sender has finished. */
  async run(): Promise<void> {
    this.#started = performance.now();
    this.#lastAnswer = this.#started;
    await Promise.all(Array.from({ length: this.#options.senders }, (_, sender) => this.#runSender(sender)));
  }

  /** No sender begins a new body after this. */
  stop(): void {
    this.#stopping = true;
  }

  counts(): LoadCounts {
    return {
      acknowledgedItems: this.#items,
      acknowledgedRequests: this.#requests,
      sentBytes: this.#sentBytes,
      answers: { ...this.#answers },
    };
  }

  async #runSender(sender: number): Promise<void> {
    const { rate, senders, port } = this.#options;
    const connection = openConnection(port);
    let due = performance.now();
    for (let number = 0; !this.#isOver(); number++) {
      const { body, bytes } = await this.#source.next(sender, number);
      let since = performance.now();
      if (rate > 0) {
        const betweenMs = (body.items * 1000 * senders) / rate;
        // Senders begin apart from each other, so that a rate is a stream and not a beat.
        if (number === 0) due += Math.random() * betweenMs;
        if (due > since) await sleep(due - since);
        if (this.#isOver()) break;
        // The wait counts from when the request was due, so that a stall is not hidden by fewer requests.
        since = Math.min(due, performance.now());
        due += betweenMs;
      }
      if (!(await this.#deliver(connection, body, bytes, since))) {
        this.abandoned++;
        break;
      }
      this.progress.set(sender, number + 1);
      this.#items += body.items;
      this.#requests++;
    }
    connection.close();
  }

  /** Sends one body until it is taken; false when it is refused for good or time is up before. */
  async #deliver(connection: Connection, body: Body, bytes: Uint8Array, since: number): Promise<boolean> {
    const head = headOf(this.#options, body, bytes.length);
    for (;;) {
      let retryMs = RECONNECT_MS;
      try {
        const answer = await connection.send(head, bytes);
        this.#sentBytes += bytes.length;
        if (this.#judge(body, answer)) {
          this.latency.record(Math.max(1, Math.round((performance.now() - since) * 1000)));
          return true;
        }
        if (!RETRYABLE.has(answer.status)) return false;
        retryMs = 1000 * Number(/^retry-after: *(\d+)/im.exec(answer.headers)?.[1] ?? 1);
      } catch {
        this.#note("broken");
      }
      if (this.#isTooLate()) return false;
      await sleep(retryMs);
    }
  }

  /** True when the body was taken. */
  #judge(body: Body, answer: Answer): boolean {
    this.#note(String(answer.status));
    if (answer.status === 200) {
      const taken = Number(/^x-accepted-items: *(\d+)/im.exec(answer.headers)?.[1] ?? body.items);
      if (taken !== body.items) this.#fault(`200 for ${taken} of ${body.items} items of a ${body.signal} body`);
      return true;
    }
    if (!RETRYABLE.has(answer.status)) {
      this.#fault(`${answer.status}: ${answer.body.toString("latin1").slice(0, 200)}`);
    }
    return false;
  }

  #note(status: string): void {
    this.#answers[status] = (this.#answers[status] ?? 0) + 1;
    const now = performance.now();
    this.longestSilenceMs = Math.max(this.longestSilenceMs, now - this.#lastAnswer);
    this.#lastAnswer = now;
  }

  #fault(text: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(text);
  }

  /** Whether no new body is begun. */
  #isOver(): boolean {
    return this.#stopping || performance.now() - this.#started > this.#options.seconds * 1000;
  }

  /** Whether a body is not even tried again. */
  #isTooLate(): boolean {
    const { seconds, retrySeconds } = this.#options;
    return performance.now() - this.#started > (seconds + retrySeconds) * 1000;
  }
}

function headOf(options: LoadOptions, body: Body, length: number): string {
  return (
    `POST /v1/${body.signal} HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\nContent-Type: application/` +
    `${options.traffic.encoding === "json" ? "json" : "x-protobuf"}\r\n` +
    `${options.gzip ? "Content-Encoding: gzip\r\n" : ""}Content-Length: ${length}\r\n\r\n`
  );
}
