import { expect, test } from "vitest";
import { FeedError, openMarket, RiskLimitError } from "./market.ts";

const calm = { seed: 7, pace: 0, brokenScans: 0, crash: false };

test("the same seed gives the same signals and trades", async () => {
  const run = async (): Promise<unknown> => {
    const market = openMarket(calm);
    return market.backtest("breakout", await market.scan());
  };

  expect(await run()).toEqual(await run());
});

test("a broken feed fails so many scans and then holds", async () => {
  const market = openMarket({ ...calm, brokenScans: 1 });

  await expect(market.scan()).rejects.toThrow(FeedError);
  expect((await market.scan()).length).toBeGreaterThan(30);
});

test("a crash breaks the risk limit", async () => {
  const market = openMarket({ ...calm, crash: true });
  const signals = await market.scan();

  await expect(market.backtest("breakout", signals)).rejects.toThrow(RiskLimitError);
});
