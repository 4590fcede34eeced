import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { otlpSink, type OtlpSink } from "./support/otlp-sink.ts";
import { runBare, runProgram, type Ended } from "./support/program.ts";

const LABELS = {
  "phasewise.run.name": "demo",
  "phasewise.phase.name": "plan",
  "phasewise.phase.entry": 1,
  "phasewise.agent.name": "planner",
};

/** What matters of an end. The frames below the callback of `run` differ, because a run is below other functions. */
function essence({ code, stdout, stderr }: Ended): unknown[] {
  return [code, stdout, /^\w*Error: .*\n.*$/m.exec(stderr)?.[0]];
}

describe("register", () => {
  let sink: OtlpSink;
  const env = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_SERVICE_NAME: "demo-service",
    ...more,
  });
  const names = (): string[] => sink.spans.map(({ name }) => name).sort();
  const status = (): unknown =>
    sink.spans.find(({ name }) => name === "invoke_workflow demo")?.attributes["phasewise.run.status"];
  const ALL = ["execute_tool look", "invoke_agent planner", "invoke_workflow demo", "phase plan"];

  beforeEach(async () => {
    sink = await otlpSink();
  });
  afterEach(() => sink.close());

  it("sends all spans and start events of a program that simply ends", async () => {
    const ended = await runProgram("agent.mjs", { env: env() });
    expect(ended).toMatchObject({ code: 0, stdout: "result return\n", stderr: "" });
    expect(names()).toEqual(ALL);
    const look = sink.spans.find(({ name }) => name === "execute_tool look");
    expect(look?.attributes).toMatchObject(LABELS);
    expect(look?.resource).toMatchObject({ "service.name": "demo-service", "telemetry.sdk.language": "nodejs" });
    expect(sink.logs.map(({ attributes }) => attributes["phasewise.span.kind"])).toEqual([
      "run",
      "phase",
      "agent",
      "tool_call",
    ]);
    expect(sink.logs.map(({ spanId }) => spanId).sort()).toEqual(sink.spans.map(({ spanId }) => spanId).sort());
  });

  it("sends protobuf unless told otherwise", async () => {
    const ended = await runProgram("agent.mjs", { env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url } });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(sink.requests.sort()).toEqual(["/v1/logs application/x-protobuf", "/v1/traces application/x-protobuf"]);
  });

  it("says once that gRPC is not spoken, and sends protobuf over HTTP", async () => {
    const ended = await runProgram("agent.mjs", { env: env({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }) });
    expect(ended.stderr.match(/grpc/g)).toHaveLength(1);
    expect(ended.stderr).toContain("http/protobuf");
    expect(sink.requests).toContain("/v1/traces application/x-protobuf");
  });

  it.each([
    [{ OTEL_SDK_DISABLED: "true" }, []],
    [{ PHASEWISE_ENABLED: "false" }, []],
    [{ OTEL_LOGS_EXPORTER: "none" }, ["/v1/traces"]],
    [{ OTEL_TRACES_EXPORTER: "none" }, []],
    [{ PHASEWISE_LIVE: "false" }, ["/v1/traces"]],
    [{ OTEL_TRACES_SAMPLER: "always_off" }, []],
  ])("honours %o", async (settings, paths) => {
    const ended = await runProgram("agent.mjs", { env: env(settings) });
    expect(ended).toMatchObject({ code: 0, stdout: "result return\n", stderr: "" });
    expect(sink.requests.map((request) => request.split(" ")[0])).toEqual(paths);
  });

  it("honours an endpoint of one signal, and headers", async () => {
    const other = await otlpSink();
    await runProgram("agent.mjs", { env: env({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${other.url}/in/logs` }) });
    expect(sink.requests).toEqual(["/v1/traces application/json"]);
    expect(other.requests).toEqual(["/in/logs application/json"]);
    await other.close();
  });

  it("writes to the console when asked", async () => {
    const ended = await runProgram("agent.mjs", { env: env({ OTEL_TRACES_EXPORTER: "console" }) });
    expect(ended.stdout).toContain("invoke_workflow demo");
    expect(sink.spans).toEqual([]);
  });

  it("closes and sends a run that fails", async () => {
    const bare = await runBare("agent.mjs", "throw");
    const ended = await runProgram("agent.mjs", { args: ["throw"], env: env() });
    expect(essence(ended)).toEqual(essence(bare));
    expect(ended.code).toBe(1);
    expect(names()).toEqual(ALL);
    expect(status()).toBe("failed");
  });

  it("sends what an uncaught exception cuts off, with exit code and stderr as they were", async () => {
    const bare = await runBare("agent.mjs", "crash");
    const ended = await runProgram("agent.mjs", { args: ["crash"], env: env() });
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([bare.code, bare.stdout, bare.stderr]);
    expect(ended.code).toBe(1);
    expect(names()).toEqual(ALL);
    expect(status()).toBe("failed");
    expect(sink.spans.find(({ name }) => name === "phase plan")).toMatchObject({
      status: 2,
      events: ["exception"],
      attributes: { "error.type": "RangeError" },
    });
  });

  it("leaves the unhandled rejection of a promise subclass what it is", async () => {
    const bare = await runBare("rejected.mjs", "");
    const ended = await runProgram("rejected.mjs", { args: [""], env: env() });
    expect([ended.code, ended.stdout, essence(ended)]).toEqual([1, "", essence(bare)]);
    expect(names()).toEqual(["phase floating"]);
  });

  it("sends what process.exit cuts off", async () => {
    const ended = await runProgram("agent.mjs", { args: ["exit"], env: env() });
    expect(ended).toMatchObject({ code: 7, stdout: "", stderr: "" });
    expect(names()).toEqual(ALL);
    expect(status()).toBe("failed");
  });

  it("closes a run whose promise can never settle any more", async () => {
    const bare = await runBare("agent.mjs", "unsettled");
    const ended = await runProgram("agent.mjs", { args: ["unsettled"], env: env() });
    expect(ended.code).toBe(bare.code);
    expect(names()).toEqual(ALL);
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("sends everything on %s and dies of it", async (signal) => {
    const ended = await runProgram("agent.mjs", { args: ["wait"], env: env(), kill: signal });
    expect(ended).toMatchObject({ code: null, signal, stderr: "" });
    expect(names()).toEqual(ALL);
    expect(status()).toBe("cancelled");
  });

  it("leaves a signal to a host that handles it", async () => {
    const ended = await runProgram("agent.mjs", { args: ["handled"], env: env(), kill: "SIGTERM" });
    expect(ended).toMatchObject({ code: 42, signal: null, stderr: "" });
    expect(names()).toEqual(ALL);
  });

  it("is not seen by a host that acts on a signal only when it is the only one to listen", async () => {
    const ended = await runProgram("agent.mjs", { args: ["alone"], env: env(), kill: "SIGTERM" });
    expect(ended).toMatchObject({ code: null, signal: "SIGTERM", stdout: "ready\ncleaned up\n", stderr: "" });
  });

  it("starts from --require as well, where the runtime can require modules", async () => {
    const { NODE_OPTIONS } = { NODE_OPTIONS: "--require @phasewise/sdk/register" };
    const ended = await runProgram("agent.mjs", { register: false, env: env({ NODE_OPTIONS }) });
    expect(ended).toMatchObject({ code: 0, stdout: "result return\n", stderr: "" });
    expect(names()).toEqual(ALL);
  });

  it("gives trace and labels to child processes, and takes them over in a registered child", async () => {
    const ended = await runProgram("parent.mjs", { env: env({ OTEL_RESOURCE_ATTRIBUTES: "team=b%2Cc" }) });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const seen = JSON.parse(ended.stdout.replace("seen ", "")) as Record<string, string>;
    const run = sink.spans.find(({ name }) => name === "invoke_workflow parent run");
    const resource =
      "team=b%2Cc,phasewise.run.id=run-1,phasewise.run.name=parent%20run,session.id=s%2C1%3D2," +
      "phasewise.phase.name=spawn,phasewise.phase.entry=1";
    for (const way of ["execFile", "exec", "helper"]) {
      const [traceparent, attributes] = JSON.parse(seen[way] ?? "") as string[];
      expect(traceparent).toBe(`00-${run?.traceId}-${seen["spanId"]}-01`);
      expect(attributes).toBe(resource);
    }
    expect(JSON.parse(seen["sync"] ?? "")).toEqual([null, "team=b%2Cc"]);
    const [traceparent, attributes] = JSON.parse(seen["caller"] ?? "") as string[];
    expect(traceparent).toBe("mine");
    expect(attributes).toContain("phasewise.phase.name=mine,team=a");
    expect(attributes).toContain("phasewise.run.id=run-1");

    const workers = sink.spans.filter(({ name }) => name === "invoke_agent child worker");
    expect(workers).toHaveLength(2);
    for (const worker of workers) {
      expect(worker).toMatchObject({ traceId: run?.traceId, parentSpanId: seen["spanId"] });
      expect(worker.attributes).toMatchObject({
        "phasewise.run.id": "run-1",
        "phasewise.run.name": "parent run",
        "phasewise.phase.name": "spawn",
        "phasewise.phase.entry": 1,
        "session.id": "s,1=2",
      });
      expect(worker.resource).not.toHaveProperty("phasewise.run.id");
      expect(worker.resource).toMatchObject({ team: "b,c" });
    }
  });

  it("leaves child processes alone when told to", async () => {
    const ended = await runProgram("parent.mjs", { env: env({ PHASEWISE_CHILD_PROCESSES: "false" }) });
    const seen = JSON.parse(ended.stdout.replace("seen ", "")) as Record<string, string>;
    expect(JSON.parse(seen["exec"] ?? "")).toEqual([null, null]);
    expect(JSON.parse(seen["helper"] ?? "")[0]).toMatch(/^00-/);
  });

  it("sends heartbeats of an open run", async () => {
    await runProgram("agent.mjs", { args: ["slow"], env: env({ PHASEWISE_HEARTBEAT_INTERVAL: "20" }) });
    const started = sink.logs.find(({ attributes }) => attributes["phasewise.span.kind"] === "run");
    const beats = sink.logs.filter(({ name }) => name === "phasewise.heartbeat");
    expect(beats.length).toBeGreaterThan(2);
    for (const beat of beats) {
      expect(beat.spanId).toBe(started?.spanId);
      expect(beat.attributes["phasewise.run.name"]).toBe("demo");
    }
  });

  it("sends start events while the run is still going on", async () => {
    const running: boolean[] = [];
    const killWhen = (): boolean => {
      if (sink.logs.length === 0) return false;
      running.push(names().includes("invoke_workflow demo"));
      return true;
    };
    const ended = await runProgram("agent.mjs", { args: ["wait"], env: env(), kill: "SIGTERM", killWhen });
    expect(ended.signal).toBe("SIGTERM");
    expect(running).toEqual([false]);
    expect(names()).toEqual(ALL);
  });

  it("says one line about a loss when the log level asks for it, and none otherwise", async () => {
    sink.answers.push(400, 400);
    const loud = await runProgram("agent.mjs", { env: env({ OTEL_LOG_LEVEL: "warn" }) });
    expect(loud.stderr.match(/^\[opentelemetry\] phasewise: telemetry could not be delivered/gm)).toHaveLength(1);
    sink.answers.push(400, 400);
    const quiet = await runProgram("agent.mjs", { env: env() });
    expect(quiet.stderr).toBe("");
    expect(sink.spans).toEqual([]);
  });
});

describe("register without a collector", () => {
  let silent: Server;
  let silentUrl = "";

  beforeEach(async () => {
    // Accepts connections and never answers.
    silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    silent.closeAllConnections();
    silent.close();
  });

  it.each(["return", "throw", "reject", "exit", "code"])(
    "changes nothing about a program that ends by %s",
    async (ending) => {
      const bare = await runBare("ending.mjs", ending);
      const away = await runProgram("ending.mjs", {
        args: [ending],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
      });
      expect([away.code, away.signal, away.stdout, away.stderr]).toEqual([
        bare.code,
        bare.signal,
        bare.stdout,
        bare.stderr,
      ]);
    },
  );

  it.each(["return", "throw", "exit", "crash"])(
    "lets an agent end by %s at once when nobody listens",
    async (ending) => {
      const bare = await runBare("agent.mjs", ending);
      const away = await runProgram("agent.mjs", {
        args: [ending],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
      });
      expect(essence(away)).toEqual(essence(bare));
      expect(away.ms - bare.ms).toBeLessThan(6000);
    },
  );

  it.each(["return", "exit"])("waits for a collector that hangs no longer than it may (%s)", async (ending) => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: silentUrl, PHASEWISE_FLUSH_TIMEOUT: "300" };
    const bare = await runBare("agent.mjs", ending);
    const hung = await runProgram("agent.mjs", { args: [ending], env });
    expect([hung.code, hung.stdout, hung.stderr]).toEqual([bare.code, bare.stdout, bare.stderr]);
    expect(hung.ms - bare.ms).toBeLessThan(6000);
  });
});
