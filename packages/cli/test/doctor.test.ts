import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CliContext } from "../src/context.ts";
import type { Finding } from "../src/doctor/finding.ts";
import { type FakeCollector, startFakeCollector } from "./support/fake-collector.ts";
import { emptyFolder, run } from "./support/run.ts";

const READY = '{"ready":true,"acknowledged":"5","loaded":"5"}';

function healthy(): Promise<FakeCollector> {
  return startFakeCollector((request) => ({ body: request.url === "/health/ready" ? READY : "{}" }));
}

interface Examined {
  readonly code: number;
  readonly findings: readonly Finding[];
  /** Findings that are not ok, as `check: what`. */
  readonly wrong: readonly string[];
}

async function examine(collector: FakeCollector, changes: Partial<CliContext> = {}): Promise<Examined> {
  const cwd = changes.cwd ?? emptyFolder();
  const env = { HOME: cwd, PHASEWISE_URL: collector.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...changes.env };
  const { code, out } = await run(["doctor", "--format", "json"], { ...changes, cwd, env });
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  const wrong = findings.filter((one) => one.level !== "ok").map((one) => `${one.level} ${one.check}: ${one.what}`);
  return { code, findings, wrong };
}

function install(cwd: string, folder: string, name: string, version: string): void {
  const path = join(cwd, folder, "node_modules", name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "package.json"), JSON.stringify({ name, version }));
}

test("a sound set-up has no findings but ok, and the exit code 0", async () => {
  const collector = await healthy();
  const cwd = emptyFolder();
  install(cwd, "", "@anthropic-ai/sdk", "1.11.0");
  install(cwd, "", "@opentelemetry/api", "1.9.1");
  install(cwd, "", "@phasewise/sdk", "0.1.0");
  const { code, wrong } = await examine(collector, { cwd });
  expect(wrong).toEqual([]);
  expect(code).toBe(0);
  const probe = collector.seen.find((request) => request.url === "/v1/traces");
  expect(probe?.body).toBe('{"resourceSpans":[]}');
});

test("people get a line for each finding, how to mend it, and a sum", async () => {
  const collector = await healthy();
  const cwd = emptyFolder();
  const { code, out } = await run(["doctor"], {
    cwd,
    env: { HOME: cwd, PHASEWISE_URL: collector.url, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
  });
  expect(code).toBe(1);
  expect(out).toMatch(/^fail {2}otlp endpoint +Nothing takes spans at http:\/\/127\.0\.0\.1:9\/v1\/traces/m);
  expect(out).toMatch(/^ +mend: Start the collector/m);
  expect(out).toMatch(/\d ok, 0 warn, 1 fail\n$/);
});

test("an application that registers api 1.9 below an SDK that reads 1.10 loses its spans", async () => {
  const collector = await healthy();
  const cwd = emptyFolder();
  install(cwd, "", "@anthropic-ai/sdk", "1.11.0");
  install(cwd, "", "@phasewise/sdk", "0.1.0");
  install(cwd, "", "@opentelemetry/api", "1.9.1");
  install(cwd, "node_modules/@anthropic-ai/sdk", "@opentelemetry/api", "1.10.0");
  const { code, wrong } = await examine(collector, { cwd });
  expect(code).toBe(1);
  expect(wrong).toEqual([
    "fail opentelemetry api: @anthropic-ai/sdk 1.11.0 uses @opentelemetry/api 1.10.0, but 1.9.1 registers the provider: the SDK's spans are dropped without a word.",
  ]);
});

test("the other way round works and is only a warning", async () => {
  const collector = await healthy();
  const cwd = emptyFolder();
  install(cwd, "", "@anthropic-ai/sdk", "1.11.0");
  install(cwd, "", "@phasewise/sdk", "0.1.0");
  install(cwd, "", "@opentelemetry/api", "1.10.0");
  install(cwd, "node_modules/@anthropic-ai/sdk", "@opentelemetry/api", "1.9.0");
  const { code, wrong } = await examine(collector, { cwd });
  expect(code).toBe(0);
  expect(wrong).toHaveLength(1);
  expect(wrong[0]).toContain("warn opentelemetry api: Several versions");
});

test("an old SDK, a missing registration, a variable that silences it, old loader hooks and neighbours are found", async () => {
  const collector = await healthy();
  const cwd = emptyFolder();
  install(cwd, "", "@anthropic-ai/sdk", "0.133.0");
  install(cwd, "node_modules/some-agent", "@anthropic-ai/sdk", "1.11.0");
  install(cwd, "", "some-agent", "1.0.0");
  install(cwd, "", "import-in-the-middle", "1.15.0");
  install(cwd, "", "@sentry/node", "11.11.0");
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ dependencies: { openlit: "^1.15.0" } }));
  const { wrong } = await examine(collector, { cwd, env: { ANTHROPIC_OPEN_TELEMETRY: "false" } });
  const all = wrong.join("\n");
  expect(all).toContain("warn anthropic sdk: @anthropic-ai/sdk 0.133.0");
  expect(all).toContain("warn anthropic sdk: @phasewise/sdk is not installed");
  expect(all).toContain("fail anthropic sdk: ANTHROPIC_OPEN_TELEMETRY=false");
  expect(all).toContain("warn other instrumentations: import-in-the-middle 1.15.0");
  expect(all).toContain("fail other instrumentations: @sentry/node");
  expect(all).toContain("warn other instrumentations: openlit");
  expect(all).not.toContain("1.11.0 in");
});

test("packages of pnpm's store are found", async () => {
  const collector = await healthy();
  const cwd = emptyFolder();
  install(cwd, "node_modules/.pnpm/@anthropic-ai+sdk@0.100.0", "@anthropic-ai/sdk", "0.100.0");
  const { wrong } = await examine(collector, { cwd });
  expect(wrong.join("\n")).toContain("@anthropic-ai/sdk 0.100.0");
});

test("a clock that is off is told with its size and direction", async () => {
  const date = new Date(Date.now() - 3_600_000).toUTCString();
  const collector = await startFakeCollector((request) => ({
    body: request.url === "/health/ready" ? READY : "{}",
    date,
  }));
  const { code, wrong } = await examine(collector);
  expect(code).toBe(1);
  expect(wrong[0]).toMatch(/^fail collector: Its clock is (?:1 h|60 min 0 s) behind/);
});

test("a collector that asks for a token, one that is behind, and something else on its port", async () => {
  const locked = await startFakeCollector((request) =>
    request.url === "/health/ready" ? { body: READY } : { status: 401, body: "{}" },
  );
  const lockedFindings = (await examine(locked)).wrong.join("\n");
  expect(lockedFindings).toContain("It asks for a token, and PHASEWISE_TOKEN is not set.");
  expect(lockedFindings).toContain("refuses spans with HTTP 401");
  const behind = await startFakeCollector((request) =>
    request.url === "/health/ready"
      ? { status: 503, body: '{"ready":false,"acknowledged":"9","loaded":"5"}' }
      : { body: "{}" },
  );
  expect((await examine(behind)).wrong.join("\n")).toContain("is behind: 5 of 9");
  const stranger = await startFakeCollector(() => ({ body: "<html>" }));
  expect((await examine(stranger)).wrong.join("\n")).toContain("not as a Phasewise collector");
});

test("endpoints that cannot work are found without asking them", async () => {
  const collector = await healthy();
  const cases: [Record<string, string>, string][] = [
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_ENDPOINT: "http://x:4318" }, "contradict each other"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4317" }, "contradict each other"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://x:4318/v1/traces" }, "the exporter adds its own"],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://x:4318" }, "has no path"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "x:4318" }, "expected an http(s) address"],
    [{ OTEL_SDK_DISABLED: "true" }, "sends nothing"],
    [{ OTEL_TRACES_SAMPLER: "traceidratio" }, "not sampled"],
  ];
  for (const [env, expected] of cases) expect((await examine(collector, { env })).wrong.join("\n")).toContain(expected);
});

test("a gRPC endpoint is tried with a connection", async () => {
  const collector = await healthy();
  const listener = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => {
    listener.listen(0, "127.0.0.1", resolve);
  });
  const { port } = listener.address() as { port: number };
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
  expect((await examine(collector, { env })).wrong).toEqual([]);
  await new Promise((resolve) => listener.close(resolve));
  expect((await examine(collector, { env })).wrong.join("\n")).toContain("Nothing takes spans");
});

test("Claude Code: off, half on, contradicting, and settled in its settings file", async () => {
  const collector = await healthy();
  const cwd = emptyFolder();
  mkdirSync(join(cwd, "node_modules", ".bin"), { recursive: true });
  writeFileSync(join(cwd, "node_modules", ".bin", "claude"), "");
  expect((await examine(collector, { cwd })).wrong.join("\n")).toContain("telemetry is off");

  const on = { CLAUDE_CODE_ENABLE_TELEMETRY: "1" };
  expect((await examine(collector, { cwd, env: on })).wrong.join("\n")).toContain("no exporter is named");
  const half = await examine(collector, { cwd, env: { ...on, OTEL_TRACES_EXPORTER: "otlp" } });
  expect(half.wrong.join("\n")).toContain("only with CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1");
  const beta = await examine(collector, { cwd, env: { CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1" } });
  expect(beta.wrong.join("\n")).toContain("without CLAUDE_CODE_ENABLE_TELEMETRY=1");

  const full = {
    CLAUDE_CODE_ENABLE_TELEMETRY: "1",
    CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1",
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
  };
  mkdirSync(join(cwd, ".claude"));
  writeFileSync(join(cwd, ".claude", "settings.json"), JSON.stringify({ env: full }));
  expect((await examine(collector, { cwd })).wrong).toEqual([]);
});

test("advice names the collector and the endpoint that are in use, not the default ones", async () => {
  const advice = async (env: Record<string, string>): Promise<string> => {
    const cwd = emptyFolder();
    install(cwd, "", ".bin", "0");
    writeFileSync(join(cwd, "node_modules", ".bin", "claude"), "");
    const { out } = await run(["doctor", "--format", "json"], { cwd, env: { HOME: cwd, ...env } });
    const { findings } = JSON.parse(out) as { findings: Finding[] };
    return findings.map((one) => one.mend ?? "").join("\n");
  };
  const elsewhere = await advice({ PHASEWISE_URL: "http://127.0.0.2:9", OTEL_EXPORTER_OTLP_ENDPOINT: "" });
  expect(elsewhere).toContain("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.2:4318");
  expect(elsewhere).not.toContain("127.0.0.1");

  const named = await advice({
    PHASEWISE_URL: "http://127.0.0.2:9",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.3:9",
  });
  expect(named).toContain("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.3:9");

  const grpcPort = await advice({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.4:4317/otel" });
  expect(grpcPort).toContain("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.4:4318/otel");
});
