import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runProgram } from "./support/program.ts";

const FLUSH_TIMEOUT = 2000;

describe("a collector that takes connections and never answers", () => {
  let server: Server;
  let requests = 0;

  beforeEach(async () => {
    requests = 0;
    server = createServer(() => void (requests += 1));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ["the event loop runs dry", "return", { code: 0, signal: null }],
    ["process.exit is called", "exit", { code: 7, signal: null }],
    ["an error is not caught", "throw", { code: 1, signal: null }],
    ["SIGTERM comes", "wait", { code: null, signal: "SIGTERM" }],
  ])("delays the end by the flush timeout at most when %s", async (_, ending, expected) => {
    const { port } = server.address() as AddressInfo;
    const ended = await runProgram("hanging.mjs", {
      args: [ending],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        PHASEWISE_FLUSH_TIMEOUT: String(FLUSH_TIMEOUT),
      },
      ...(ending === "wait" && { kill: "SIGTERM" as const }),
    });
    expect(ended).toMatchObject({ ...expected, stdout: "ready\n" });
    expect(requests).toBeGreaterThan(0);
    expect(ended.endMs).toBeLessThan(FLUSH_TIMEOUT + 1000);
  });
});
