import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import { guard, warnOnce } from "./guard.ts";
import type { SignalSettings } from "./otel-settings.ts";

/** Certificates for a TLS connection. */
export interface TlsMaterial {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Reads the PEM files that the settings name. A file that cannot be read is reported and left out. */
export function readTls(tls: SignalSettings["tls"]): TlsMaterial {
  const material: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {};
  for (const part of ["ca", "cert", "key"] as const) {
    const path = tls[part];
    if (path === undefined) continue;
    const content = guard(() => readFileSync(path));
    if (content === undefined) warnOnce(`The TLS file "${path}" cannot be read; the connection is tried without it.`);
    else material[part] = content;
  }
  return material;
}

/** Makes a connection harmless: it never keeps the process alive, and it is silent for at most `timeout` ms. */
function quieten(socket: Socket, timeout: number): void {
  socket.unref();
  const setTimeout = socket.setTimeout.bind(socket);
  // The exporter is given no time of its own (see `exporters.ts`), so the time that counts is set here.
  socket.setTimeout = function quietTimeout(ms: number, callback?: () => void): Socket {
    return setTimeout(ms === 0 ? 0 : timeout, callback);
  };
  socket.setTimeout(timeout);
}

/** An HTTP agent whose connections never keep the process alive. Free connections are kept for re-use. */
export function quietAgent(protocol: string, settings: SignalSettings): HttpAgent | HttpsAgent {
  const agent =
    protocol === "https:"
      ? new HttpsAgent({ keepAlive: true, ...readTls(settings.tls) })
      : new HttpAgent({ keepAlive: true });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = function createQuietConnection(...args: Parameters<typeof connect>) {
    const socket = connect(...args);
    if (socket) guard(() => quieten(socket as Socket, settings.timeout));
    return socket;
  };
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = function reuseQuietly(...args: Parameters<typeof reuse>): void {
    reuse(...args);
    (args[0] as Socket).unref();
  };
  return agent;
}
