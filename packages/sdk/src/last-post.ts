import { Worker } from "node:worker_threads";
import { parseKeyPairsIntoRecord } from "@opentelemetry/core";
import type { SignalSettings } from "./otel-settings.ts";
import type { Environment } from "./options.ts";
import { readTls, type TlsMaterial } from "./quiet-agent.ts";

/** One request that must leave before the process is gone. */
export interface LastRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  readonly body: string;
}

/** A last request to the endpoint of a signal, with the headers that the environment asks for. */
export function lastRequest(settings: SignalSettings, env: Environment, body: string): LastRequest {
  const headers = {
    ...parseKeyPairsIntoRecord(env["OTEL_EXPORTER_OTLP_HEADERS"]),
    ...parseKeyPairsIntoRecord(env[`OTEL_EXPORTER_OTLP_${settings.signal}_HEADERS`]),
    "content-type": "application/json",
  };
  return { url: settings.url, headers, tls: readTls(settings.tls), body };
}

/** Runs in a thread of its own, because nothing asynchronous happens any more in the thread that is ending. */
const SENDER = `
const { workerData } = require("node:worker_threads");
const flag = new Int32Array(workerData.shared);
let left = workerData.requests.length;
const done = () => {
  left -= 1;
  if (left > 0) return;
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
};
for (const { url, headers, tls, body } of workerData.requests) {
  let open = true;
  const once = () => {
    if (open) done();
    open = false;
  };
  try {
    const { request } = require(url.startsWith("https:") ? "node:https" : "node:http");
    const call = request(url, { method: "POST", headers: { ...headers, "content-length": Buffer.byteLength(body) }, ...tls });
    call.on("response", (response) => response.resume().on("end", once).on("error", once));
    call.on("error", once);
    call.end(body);
  } catch {
    once();
  }
}
`;

/**
 * Sends requests while this thread waits, for at most `timeout` milliseconds. Returns whether all were answered or
 * refused in time. Starting the thread costs some 20 ms, so this is for the end of the process only.
 */
export function postAndWait(requests: readonly LastRequest[], timeout: number): boolean {
  if (requests.length === 0) return true;
  const shared = new SharedArrayBuffer(4);
  const worker = new Worker(SENDER, {
    eval: true,
    workerData: { requests, shared },
    // Neither --import nor NODE_OPTIONS of the host apply to the helper.
    execArgv: [],
    env: {},
    stdin: false,
    stdout: true,
    stderr: true,
  });
  worker.on("error", () => {});
  worker.unref();
  return Atomics.wait(new Int32Array(shared), 0, 0, timeout) !== "timed-out";
}
