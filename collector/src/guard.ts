/**
 * The door of every HTTP server of the collector: who may talk to it at all.
 * A page in a browser can reach loopback, so a name that resolves to us (DNS rebinding) and a foreign origin are refused.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isLoopback } from "./config.ts";
import { PhasewiseError } from "./errors.ts";

/** What a guarded server answers to. */
export interface GuardOptions {
  /** Bearer token that requests must show; empty means that none is asked for. */
  readonly token: string;
  /** Names, with or without `:port`, that the Host header may hold beside loopback names and the bound address. */
  readonly allowedHosts: readonly string[];
  /** The address that the server is bound to. */
  readonly host: string;
  /** Whether a path (no query) needs no token, such as the page's own files. */
  readonly isOpen?: (path: string) => boolean;
}

/** Refuses foreign hosts, foreign origins and wrong tokens before a body is read. Every refusal is a `PhasewiseError`. */
export function guard(app: FastifyInstance, options: GuardOptions): void {
  const allowed = new Set(options.allowedHosts.map((name) => name.trim().toLowerCase()).filter((name) => name !== ""));
  const bound = options.host.toLowerCase();
  const checkToken = tokenCheck(options.token);
  app.addHook("onRequest", async (request) => {
    const host = checkHost(request, allowed, bound);
    const open = options.isOpen?.(pathOf(request.raw.url ?? "/")) ?? false;
    checkOrigin(request, host, open);
    if (!open) checkToken(headerValues(request, "authorization"));
  });
}

interface HostHeader {
  /** As it was sent, lower case, e.g. `localhost:4318`. */
  readonly text: string;
  readonly name: string;
  readonly port: string;
}

function checkHost(request: FastifyRequest, allowed: ReadonlySet<string>, bound: string): HostHeader {
  const sent = headerValues(request, "host");
  if (sent.length !== 1) {
    throw new PhasewiseError("HOST_NOT_ALLOWED", `Expected exactly one Host header, got ${sent.length}.`);
  }
  const host = parseHost(sent[0] ?? "");
  if (host === undefined || !isAnswered(host, request, allowed, bound)) {
    throw new PhasewiseError(
      "HOST_NOT_ALLOWED",
      `Expected a Host header with a loopback name, the bound address or an allowed host, got ${quote(sent[0] ?? "")}. ` +
        "Name the host in PHASEWISE_ALLOWED_HOSTS if it is yours.",
    );
  }
  const target = absoluteTarget(request.raw.url ?? "/");
  if (target !== undefined && target !== host.text) {
    throw new PhasewiseError(
      "HOST_NOT_ALLOWED",
      `Expected a request target on ${quote(host.text)}, got one on ${quote(target)}.`,
    );
  }
  return host;
}

function isAnswered(host: HostHeader, request: FastifyRequest, allowed: ReadonlySet<string>, bound: string): boolean {
  if (isLoopback(host.name) || allowed.has(host.name) || allowed.has(host.text)) return true;
  if (host.name === bound) return true;
  // Bound to all addresses: the one that this connection came in on is ours, and an address cannot be rebound.
  const local = request.raw.socket.localAddress?.toLowerCase().replace(/^::ffff:/, "");
  return local !== undefined && host.name === local;
}

function checkOrigin(request: FastifyRequest, host: HostHeader, open: boolean): void {
  const origins = headerValues(request, "origin");
  if (origins.length > 1 || (origins[0] !== undefined && !isSameOrigin(origins[0], host))) {
    throw new PhasewiseError(
      "ORIGIN_NOT_ALLOWED",
      `Expected no Origin, or the origin of ${quote(host.text)}, got ${quote(origins.join(", "))}.`,
    );
  }
  // Following a link to a page is harmless and wanted; a frame, a form or a fetch of another site is not.
  const isLinkToPage =
    open &&
    request.method === "GET" &&
    headerValues(request, "sec-fetch-mode")[0] === "navigate" &&
    headerValues(request, "sec-fetch-dest")[0] === "document";
  if (headerValues(request, "sec-fetch-site").includes("cross-site") && !isLinkToPage) {
    throw new PhasewiseError("ORIGIN_NOT_ALLOWED", "Expected a request of this site, got Sec-Fetch-Site: cross-site.");
  }
}

/** Same host and port; names of loopback are one host. The scheme is left out: a proxy may speak TLS for us. */
function isSameOrigin(origin: string, host: HostHeader): boolean {
  const match = /^(https?):\/\/([^/?#]+)$/i.exec(origin);
  const from = parseHost(match?.[2] ?? "");
  if (match === null || from === undefined) return false;
  if (from.text === host.text) return true;
  const standard = match[1]?.toLowerCase() === "https" ? "443" : "80";
  const samePort = (from.port || standard) === (host.port || standard);
  return samePort && (from.name === host.name || (isLoopback(from.name) && isLoopback(host.name)));
}

/**
 * A check of the values of `Authorization` against the token, which throws UNAUTHORIZED; without a token everybody passes.
 * Both sides are hashed first, so the time of the compare tells nothing about the token, its length included.
 */
export function tokenCheck(token: string): (sent: readonly string[]) => void {
  if (token === "") return () => {};
  const wanted = digest(token);
  return (sent) => {
    const match = sent.length === 1 ? /^bearer +(\S+)$/i.exec(sent[0] ?? "") : null;
    if (match !== null && timingSafeEqual(digest(match[1] ?? ""), wanted)) return;
    throw new PhasewiseError(
      "UNAUTHORIZED",
      sent.length === 0
        ? "Expected the header Authorization: Bearer <token>, got none. The token is the value of PHASEWISE_TOKEN."
        : "Expected one Authorization header, Bearer with the value of PHASEWISE_TOKEN; what came is not that.",
    );
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}

/** Every value sent under a name, in order; `request.headers` would hide repeated ones. */
function headerValues(request: FastifyRequest, name: string): readonly string[] {
  const raw = request.raw.rawHeaders;
  const values: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() === name) values.push(raw[index + 1] ?? "");
  }
  return values;
}

function parseHost(text: string): HostHeader | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(text);
  if (match === null) return undefined;
  return { text: text.toLowerCase(), name: (match[1] ?? match[2] ?? "").toLowerCase(), port: match[3] ?? "" };
}

function absoluteTarget(url: string): string | undefined {
  if (url.startsWith("/") || url === "*") return undefined;
  return (/^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? url).toLowerCase();
}

function pathOf(url: string): string {
  const path = url.startsWith("/") ? url : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  return path.split(/[?#]/, 1)[0] ?? "/";
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
