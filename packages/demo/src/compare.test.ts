import { startMessagesApi, text, withUsage, type Ledger } from "@phasewise/testing";
import { expect, test } from "vitest";
import type { Report } from "./collector.ts";
import { findDifferences, toPicoUsd } from "./compare.ts";

async function serveOne(): Promise<Ledger> {
  const double = await startMessagesApi({
    script: () => withUsage(text("x"), { uncachedInputTokens: 120, cacheReadTokens: 5000, outputTokens: 42 }),
  });
  await fetch(`${double.url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": "k", "anthropic-version": "2023-06-01" },
    body: JSON.stringify({ model: "claude-opus-5-5", max_tokens: 99, messages: [{ role: "user", content: "x" }] }),
  });
  await double.stop();
  return double.ledger();
}

const row = {
  model: "claude-opus-5-5",
  uncached_input_tokens: "120",
  cache_read_tokens: "5000",
  cache_write_5m_tokens: "0",
  cache_write_1h_tokens: "0",
  cache_write_unknown_tokens: "0",
  output_tokens: "42",
  cost_usd: "0.002320000000",
};
const report = (rows: Report["rows"]): Report => ({ report: "model_report", columns: [], rows });

test("a report that says what was served differs in nothing", async () => {
  expect(findDifferences([report([row])], await serveOne())).toEqual([]);
});

test("one token and the last digit of the cost are noticed, in all and by model", async () => {
  const wrong = { ...row, output_tokens: "43", cost_usd: "0.002320000001" };

  expect(findDifferences([report([wrong])], await serveOne())).toEqual([
    "model_report, in all: output_tokens is 43, the ledger has 42",
    "model_report, in all: cost_usd is 0.002320000001, the ledger has 0.00232",
    "model_report, claude-opus-5-5: output_tokens is 43, the ledger has 42",
    "model_report, claude-opus-5-5: cost_usd is 0.002320000001, the ledger has 0.00232",
  ]);
});

test("a report without rows differs", async () => {
  expect(await serveOne().then((ledger) => findDifferences([report([])], ledger))).not.toEqual([]);
});

test("amounts are read to 1e-12 USD, and an amount that is not one is refused", () => {
  expect(["0", "1.5", "-0.000000000001", "12.3400000000000000"].map(toPicoUsd)).toEqual([
    0n,
    1_500_000_000_000n,
    -1n,
    12_340_000_000_000n,
  ]);
  expect(() => toPicoUsd("0.0000000000001")).toThrow("at most 12 decimals");
  expect(() => toPicoUsd("1e-7")).toThrow("at most 12 decimals");
});
