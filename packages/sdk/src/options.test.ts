import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OPTION_TABLE, readOptions } from "./options.ts";
import { DEFAULT_ENDPOINT, readOtelSettings } from "./otel-settings.ts";
import { VERSION } from "./version.ts";

const file = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

describe("options", () => {
  it("have the defaults of the table", () => {
    const defaults = Object.fromEntries(OPTION_TABLE.map(({ name, fallback }) => [name, fallback]));
    expect(readOptions({})).toEqual(defaults);
  });

  it("come from the environment, and before that from code", () => {
    const env = { PHASEWISE_LIVE: "False", PHASEWISE_FLUSH_TIMEOUT: "250", PHASEWISE_USER_ID: " u " };
    expect(readOptions(env)).toMatchObject({ live: false, flushTimeout: 250, userId: "u" });
    expect(readOptions(env, { live: true, flushTimeout: 1 })).toMatchObject({ live: true, flushTimeout: 1 });
  });

  it("keep their default when a variable makes no sense", () => {
    const env = { PHASEWISE_LIVE: "maybe", PHASEWISE_FLUSH_TIMEOUT: "-1", PHASEWISE_HEARTBEAT_INTERVAL: "soon" };
    expect(readOptions(env)).toEqual(readOptions({}));
  });

  it("are each in the README with variable and default", () => {
    const readme = file("README.md").replaceAll(/ +/g, " ");
    for (const { variable, fallback } of OPTION_TABLE) {
      expect(readme).toContain(`| \`${variable}\` | ${fallback === undefined ? "unset" : `\`${fallback}\``} |`);
    }
  });

  it("stand beside a version that is the package's", () => {
    expect((JSON.parse(file("package.json")) as { version: string }).version).toBe(VERSION);
  });
});

describe("the standard variables", () => {
  it("lead to the collector on this machine when none is set", () => {
    const settings = readOtelSettings({});
    expect(settings).toMatchObject({ disabled: false, spanDelay: 1000, metricInterval: 10_000, warnings: [] });
    expect(settings.traces).toMatchObject({ url: `${DEFAULT_ENDPOINT}/v1/traces`, json: false, timeout: 10_000 });
  });

  it("are taken per signal before they are taken for all", () => {
    const settings = readOtelSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://all.example/otel/",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://logs.example/in",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "77",
      OTEL_EXPORTER_OTLP_CERTIFICATE: "/ca.pem",
      OTEL_LOGS_EXPORTER: "otlp,console",
    });
    expect(settings.traces).toMatchObject({ url: "https://all.example/otel/v1/traces", json: true, timeout: 77 });
    expect(settings.logs).toMatchObject({ url: "http://logs.example/in", exporters: ["otlp", "console"] });
    expect(settings.metrics).toMatchObject({ json: false, tls: { ca: "/ca.pem" } });
  });

  it("say what is wrong with them", () => {
    const { warnings, traces } = readOtelSettings({
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4317",
      OTEL_TRACES_EXPORTER: "zipkin",
    });
    expect(traces.url).toBe(`${DEFAULT_ENDPOINT}/v1/traces`);
    expect(warnings).toHaveLength(3);
    expect(warnings.join("\n")).toMatch(/zipkin[^]*grpc[^]*localhost:4317/);
  });
});
