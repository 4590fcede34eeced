/** How long after its acknowledgement a model call is in a report: asked as a reader would, again and again. */
import { createHistogram } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { toKeyValues } from "@phasewise/testing";
import { runReport } from "../collector/api.ts";

/** What the probe saw. */
export interface Freshness {
  readonly probes: number;
  readonly visibleP50Ms: number;
  readonly visibleP99Ms: number;
  readonly visibleMaxMs: number;
  /** Time of one answer of the report itself, which is the resolution of the others. */
  readonly reportP50Ms: number;
}

/** A running probe. */
export interface Probe {
  stop(): Promise<Freshness>;
}

const BETWEEN_PROBES_MS = 300;
const BETWEEN_QUESTIONS_MS = 20;
const GIVE_UP_MS = 60_000;

/** Sends one call after the other and asks for each until it is there. */
export function startProbe(ports: { readonly otlpHttpPort: number; readonly webPort: number }): Probe {
  const visible = createHistogram({ lowest: 1, highest: 120_000_000, figures: 3 });
  const answers = createHistogram({ lowest: 1, highest: 120_000_000, figures: 3 });
  const name = `probe-${Date.now().toString(36)}`;
  const state = { stopping: false };

  async function once(number: number): Promise<void> {
    const service = `${name}-${number}`;
    const response = await fetch(`http://127.0.0.1:${ports.otlpHttpPort}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(probeBody(service, number)),
    });
    await response.arrayBuffer();
    if (response.status !== 200) return;
    const acknowledged = performance.now();
    for (;;) {
      const asked = performance.now();
      const rows = await runReport(ports.webPort, "model_report", { since: "1h", service });
      answers.record(micros(performance.now() - asked));
      if (rows.some((row) => Number(row["model_calls"]) > 0)) break;
      if (performance.now() - acknowledged > GIVE_UP_MS)
        throw new Error(`a call was not visible within ${GIVE_UP_MS} ms`);
      await sleep(BETWEEN_QUESTIONS_MS);
    }
    visible.record(micros(performance.now() - acknowledged));
  }

  async function run(): Promise<void> {
    for (let number = 0; !state.stopping; number++) {
      await once(number);
      await sleep(BETWEEN_PROBES_MS);
    }
  }

  const running = run();
  running.catch(() => undefined);
  return {
    async stop() {
      state.stopping = true;
      await running;
      return {
        probes: visible.count,
        visibleP50Ms: visible.percentile(50) / 1000,
        visibleP99Ms: visible.percentile(99) / 1000,
        visibleMaxMs: visible.max / 1000,
        reportP50Ms: answers.percentile(50) / 1000,
      };
    },
  };
}

function micros(ms: number): number {
  return Math.max(1, Math.round(ms * 1000));
}

function probeBody(service: string, number: number): unknown {
  const now = BigInt(Date.now()) * 1_000_000n;
  const hex = BigInt.asUintN(64, now * 0x9e3779b97f4a7c15n + BigInt(number))
    .toString(16)
    .padStart(16, "0");
  const span = {
    traceId: `${hex}${hex}`,
    spanId: hex,
    name: "anthropic.messages.create",
    kind: 3,
    startTimeUnixNano: String(now - 1_000_000_000n),
    endTimeUnixNano: String(now),
    status: { code: 1 },
    attributes: toKeyValues({
      "gen_ai.provider.name": "anthropic",
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "claude-sonnet-4-5",
      "anthropic.request.id": `req_probe${hex}`,
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
    }),
  };
  const resource = { attributes: toKeyValues({ "service.name": service }) };
  return {
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "com.anthropic.sdk.typescript" }, spans: [span] }] }],
  };
}
