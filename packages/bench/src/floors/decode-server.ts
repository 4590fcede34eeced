/** The floor of receiving: a bare HTTP server that undoes gzip and decodes with the collector's decoder, and keeps nothing. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { decode } from "../../../../collector/src/decode/decode.ts";
import type { Signal } from "../../../../collector/src/decode/otlp.ts";

const inflate = promisify(gunzip);

async function take(request: IncomingMessage): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const [only] = chunks;
  const sent = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
  const body = request.headers["content-encoding"] === "gzip" ? await inflate(sent) : sent;
  const signal = (request.url ?? "").slice("/v1/".length) as Signal;
  const encoding = request.headers["content-type"] === "application/json" ? "json" : "protobuf";
  return decode(signal, encoding, body).accepted;
}

const server = createServer((request, response) => {
  take(request).then(
    (accepted) => response.writeHead(200, { "x-accepted-items": accepted, "content-length": 0 }).end(),
    (error: unknown) => response.writeHead(400).end(String(error)),
  );
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on("disconnect", () => process.exit());
