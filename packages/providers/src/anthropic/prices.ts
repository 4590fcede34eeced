/**
 * Claude's list prices, in USD per million tokens.
 * A row holds from its first day (UTC) until the next row of the same model and tier; a new price is a new row, and no
 * row is ever edited, because calls keep the id of the row that priced them.
 */
import type { PriceRow, PriceTerms } from "../provider.ts";

/** Where the table was read, and when. */
export const SOURCE: string =
  "Model catalogue inside Claude Code 2.1.329 (built 2026-11-19), checked against platform.claude.com/docs pricing; " +
  "cache read of claude-sonnet-5-5 since 2026-10-07 as docs.rs/synaps 0.10.2 dates it; claude-3-haiku from " +
  "@pydantic/genai-prices 0.1.8. Read on 2026-11-20.";

/** Above this many input tokens (uncached, read and written together) of one request the tier `long` holds, if there is one. */
export const LONG_PROMPT_ABOVE_TOKENS = 100_000;

/** One web search in USD (fetching a page is free), and what tokens cost more in the US and less in a batch. */
export const TERMS: PriceTerms = { usFactor: "1.1", batchFactor: "0.5", webSearchUsd: "0.01" };

type Cells = readonly [input: string, output: string, write5m: string, write1h: string, read: string];

const MYTHOS_5_2: Cells = ["8", "40", "10", "16", "0.20"];
const MYTHOS_5_2_FAST: Cells = ["16", "80", "20", "32", "0.4"];
const MYTHOS_5_1: Cells = ["10", "50", "12.5", "20", "0.25"];
const MYTHOS_5: Cells = ["10", "50", "12.5", "20", "1"];
const OPUS_5: Cells = ["5", "25", "6.25", "10", "0.5"];
const OPUS_5_FAST: Cells = ["10", "50", "12.5", "20", "1"];
const OPUS_4_7_FAST: Cells = ["30", "150", "37.5", "60", "3"];
const OPUS_4_1: Cells = ["15", "75", "18.75", "30", "1.5"];
const SONNET_5: Cells = ["2", "10", "2.5", "4", "0.2"];
const SONNET_4: Cells = ["3", "15", "3.75", "6", "0.3"];

/** The table, oldest row first within a model and tier. */
export const PRICES: readonly PriceRow[] = [
  row("claude-fable-5-2", MYTHOS_5_2),
  row("claude-fable-5-2", MYTHOS_5_2_FAST, "fast"),
  row("claude-mythos-5-2", MYTHOS_5_2),
  row("claude-mythos-5-2", MYTHOS_5_2_FAST, "fast"),
  row("claude-fable-5-1", MYTHOS_5_1),
  row("claude-mythos-5-1", MYTHOS_5_1),
  row("claude-fable-5", MYTHOS_5),
  row("claude-mythos-5", MYTHOS_5),
  row("claude-opus-5-5", ["4", "20", "5", "8", "0.20"]),
  row("claude-opus-5-5", ["8", "40", "10", "16", "0.4"], "fast"),
  row("claude-opus-5", OPUS_5),
  row("claude-opus-5", OPUS_5_FAST, "fast"),
  row("claude-opus-4-8", OPUS_5),
  row("claude-opus-4-8", OPUS_5_FAST, "fast"),
  row("claude-opus-4-7", OPUS_5),
  row("claude-opus-4-7", OPUS_4_7_FAST, "fast"),
  row("claude-opus-4-6", OPUS_5),
  row("claude-opus-4-6", OPUS_4_7_FAST, "fast"),
  row("claude-opus-4-5", OPUS_5),
  row("claude-opus-4-1", OPUS_4_1),
  row("claude-opus-4-0", OPUS_4_1),
  row("claude-sonnet-5-5", SONNET_5),
  row("claude-sonnet-5-5", ["2", "10", "2.5", "4", "0.10"], "standard", "2026-10-07"),
  row("claude-sonnet-5", SONNET_5),
  row("claude-sonnet-4-6", SONNET_4),
  row("claude-sonnet-4-5", SONNET_4),
  row("claude-sonnet-4-0", SONNET_4),
  row("claude-sonnet-3-7", SONNET_4),
  row("claude-sonnet-3-5", SONNET_4),
  row("claude-haiku-5-5", ["0.1", "0.5", "0.125", "0.2", "0.01"]),
  row("claude-haiku-5-5", ["0.5", "2.5", "0.625", "1", "0.05"], "long"),
  row("claude-haiku-4-5", ["1", "5", "1.25", "2", "0.1"]),
  row("claude-haiku-3-5", ["0.8", "4", "1", "1.6", "0.08"]),
  row("claude-3-haiku", ["0.25", "1.25", "0.3", "0.5", "0.03"]),
];

function row(
  model: string,
  [input, output, cacheWrite5m, cacheWrite1h, cacheRead]: Cells,
  tier: "standard" | "fast" | "long" = "standard",
  validFrom: string | null = null,
): PriceRow {
  return { model, tier, validFrom, input, output, cacheWrite5m, cacheWrite1h, cacheRead };
}
