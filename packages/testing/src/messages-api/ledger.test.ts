import { expect, test } from "vitest";
import { formatUsd, toLedger, type LedgerEntry } from "./ledger.ts";
import { NO_CHARGE } from "./usage.ts";

const entry: LedgerEntry = {
  ...NO_CHARGE,
  index: 0,
  atUnixMs: 0,
  requestModel: "claude-opus-5-5",
  model: "claude-opus-5-5",
  stream: false,
  status: 200,
  requestId: "req_1",
  messageId: "msg_1",
  errorType: undefined,
  stopReason: "end_turn",
  label: undefined,
  ended: "whole",
  uncachedInputTokens: 10,
  outputTokens: 5,
  costPicoUsd: 140_000_000n,
};

test("money is written with all its digits and none to spare", () => {
  expect([0n, 1n, 113_013_200_000n, 5_000_000_000_000n, -500_000_000_000n].map(formatUsd)).toEqual([
    "0",
    "0.000000000001",
    "0.1130132",
    "5",
    "-0.5",
  ]);
});

test("the totals are sums by model and by label", () => {
  const ledger = toLedger([
    entry,
    { ...entry, index: 1, model: "claude-haiku-5-5", label: "b", costPicoUsd: 7n },
    { ...entry, index: 2, label: "b", ended: "error", ...NO_CHARGE, costPicoUsd: 0n },
  ]);

  expect(ledger.total).toMatchObject({ requests: 3, answered: 2, errors: 1, outputTokens: 10 });
  expect(ledger.byModel.get("claude-opus-5-5")).toMatchObject({ requests: 2, costPicoUsd: 140_000_000n });
  expect(ledger.byLabel.get("b")).toMatchObject({ requests: 2, costPicoUsd: 7n });
  expect(ledger.table().split("\n").at(-1)).toMatch(/^total +2 +1 +20 .* 0\.000140000007$/);
});
