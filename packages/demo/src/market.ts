import { setTimeout as sleep } from "node:timers/promises";

/** One thing that a scan found. */
export interface Signal {
  readonly ticker: string;
  readonly day: number;
  readonly gapRatio: number;
}

/** One trade of a backtest. */
interface Trade {
  readonly ticker: string;
  readonly returnRatio: number;
}

/** What a way of trading made of the signals. */
export interface BacktestResult {
  readonly template: string;
  readonly trades: readonly Trade[];
  readonly winRatio: number;
  readonly meanReturnRatio: number;
  readonly drawdownRatio: number;
}

/** The market-data feed broke off. */
export class FeedError extends Error {
  override readonly name = "FeedError";
}

/** A backtest lost more than the rules allow. */
export class RiskLimitError extends Error {
  override readonly name = "RiskLimitError";
}

const TICKERS = ["ACME", "BOLT", "CRUX", "DUNE", "ECHO", "FLUX", "GALE", "HALO"];
const DRAWDOWN_LIMIT_RATIO = 0.25;

/** A simulated market: the same seed gives the same prices. */
export interface Market {
  scan(): Promise<readonly Signal[]>;
  backtest(template: string, signals: readonly Signal[]): Promise<BacktestResult>;
}

/** What befalls a market. */
export interface MarketOptions {
  readonly seed: number;
  /** Factor on the time that work takes. */
  readonly pace: number;
  /** How many scans the feed breaks off before it holds. */
  readonly brokenScans: number;
  /** Makes every trade lose. */
  readonly crash: boolean;
}

/** Opens a market. */
export function openMarket(options: MarketOptions): Market {
  const next = randomSource(options.seed);
  let broken = options.brokenScans;
  return {
    async scan() {
      await sleep(400 * options.pace);
      if (broken > 0) {
        broken -= 1;
        throw new FeedError("the market-data feed broke off after 3 of 8 tickers");
      }
      return TICKERS.flatMap((ticker) =>
        Array.from({ length: 30 }, (_, day) => ({ ticker, day, gapRatio: next() * 0.1 })),
      ).filter((signal) => signal.gapRatio > 0.06);
    },
    async backtest(template, signals) {
      await sleep(300 * options.pace);
      const shift = options.crash ? -0.06 : 0.002;
      const trades = signals.map(({ ticker }) => ({ ticker, returnRatio: (next() - 0.5) * 0.06 + shift }));
      const result = toResult(template, trades);
      if (result.drawdownRatio > DRAWDOWN_LIMIT_RATIO) {
        const lost = (result.drawdownRatio * 100).toFixed(1);
        throw new RiskLimitError(`${template} drew down ${lost} %, the limit is ${DRAWDOWN_LIMIT_RATIO * 100} %`);
      }
      return result;
    },
  };
}

function toResult(template: string, trades: readonly Trade[]): BacktestResult {
  let equity = 1;
  let peak = 1;
  let drawdownRatio = 0;
  for (const trade of trades) {
    // A tenth of the capital goes into each trade.
    equity *= 1 + trade.returnRatio / 10;
    peak = Math.max(peak, equity);
    drawdownRatio = Math.max(drawdownRatio, 1 - equity / peak);
  }
  const count = Math.max(1, trades.length);
  return {
    template,
    trades,
    winRatio: trades.filter((trade) => trade.returnRatio > 0).length / count,
    meanReturnRatio: trades.reduce((sum, trade) => sum + trade.returnRatio, 0) / count,
    drawdownRatio,
  };
}

/** Numbers from 0 to 1 by a linear congruential generator (constants of Numerical Recipes). */
function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
