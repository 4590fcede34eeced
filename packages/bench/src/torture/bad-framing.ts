/** Category 15: HTTP that is framed wrongly, or rightly but unusually. Bytes as they go on the wire. */
import type { Random } from "../traffic/random.ts";
import type { GoodBodies } from "./bad-bodies.ts";

/** Bytes and what may be answered; 0 stands for a connection that is closed without an answer. */
export interface FramingCase {
  readonly parts: readonly (string | Uint8Array)[];
  readonly allowed: readonly number[];
}

/** One case for the port. */
export function makeFraming(random: Random, good: GoodBodies, port: number): FramingCase {
  const body = good.protobuf;
  const size = body.length;
  const host = `Host: 127.0.0.1:${port}\r\n`;
  const type = "Content-Type: application/x-protobuf\r\n";
  const line = "POST /v1/traces HTTP/1.1\r\n";
  const length = `Content-Length: ${size}\r\n`;
  const kinds: readonly (() => FramingCase)[] = [
    () => ({
      parts: [`${line}${host}${type}Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n`, body, "\r\n0\r\n\r\n"],
      allowed: [200],
    }),
    () => ({ parts: [`${line}${host}${type}${length}Expect: 100-continue\r\n\r\n`, body], allowed: [200] }),
    () => ({ parts: [`${line}${host}${type}Content-Length: 0\r\n\r\n`], allowed: [200] }),
    () => ({ parts: [`${line}${host}${type}${length}Content-Length: ${size + 1}\r\n\r\n`, body], allowed: [400] }),
    () => ({ parts: [`${line}${host}${type}${length}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`], allowed: [400] }),
    () => ({ parts: [`${line}${host}${type}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`], allowed: [400] }),
    () => ({ parts: [`${line}${host}${type}Content-Length: -5\r\n\r\n`], allowed: [400] }),
    () => ({ parts: [`${line}${host}${type}Content-Length : 5\r\n\r\nabcde`], allowed: [400] }),
    () => ({ parts: [`${line}${host}X-Folded: a\r\n b\r\n${type}${length}\r\n`, body], allowed: [400, 200] }),
    () => ({ parts: [`${line}${type}${length}\r\n`, body], allowed: [400, 421] }),
    () => ({ parts: [`${line}${host}Host: evil.example\r\n${type}${length}\r\n`, body], allowed: [400, 421] }),
    () => ({ parts: [`${line}Host: evil.example\r\n${type}${length}\r\n`, body], allowed: [421] }),
    () => ({
      parts: [`POST http://evil.example/v1/traces HTTP/1.1\r\n${host}${type}${length}\r\n`, body],
      allowed: [421],
    }),
    () => ({ parts: [`${line}${host}X-Large: ${"a".repeat(20_000)}\r\n${type}${length}\r\n`, body], allowed: [431] }),
    () => ({ parts: [`${line}${host}X-Nul: a\0b\r\n${type}${length}\r\n`, body], allowed: [400] }),
    () => ({ parts: [`${line}${host}${type}Content-Length: ${good.maxBytes + 1}\r\n\r\n`], allowed: [413] }),
    () => ({
      parts: [`${line}${host}${type}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`],
      allowed: [400],
    }),
    () => ({ parts: ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], allowed: [400] }),
    () => ({ parts: [random.bytes(200)], allowed: [400] }),
  ];
  return random.pick(kinds)();
}
