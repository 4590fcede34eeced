/** The function `token_prices` as text, from the price tables that price the calls. */
import { PROVIDERS, type PriceQuestion, type PriceRow, type Provider } from "@phasewise/providers";

const BUCKETS = [
  "uncachedInputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWrite5mTokens",
  "cacheWrite1hTokens",
] as const;
const NOTHING = {
  uncachedInputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  cacheWriteUnknownTokens: 0,
  outputTokens: 0,
  webSearchRequests: 0,
};
/** More than any threshold above which a long prompt is dearer. */
const LONG_PROMPT = 10_000_000;
const MANY = 1000;

/** The SQL file: prices of one token by price id, as the price tables give them when they are asked. */
export function tokenPricesSql(): string {
  const entries = [...tokenPrices()].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const lines = entries.map(([id, prices]) => `    '${id}': [${prices.map(usd).join(", ")}]`);
  return `-- What one token cost in USD by the price that a call names in price_id: [input, output, cache read, 5-minute cache write, 1-hour cache write]; NULL when the price is not known here. Written from the price tables of packages/providers by its test (vitest run collector/test/token-prices.test.ts -u).
create or replace macro token_prices (price_id) as cast(
  map {
${lines.join(",\n")}
  } as map(varchar, decimal(18, 12) [])
) [price_id];
`;
}

/** USD x 1e-12 for one token of each bucket, by price id, with every mark that a price id can carry. */
export function tokenPrices(): ReadonlyMap<string, readonly bigint[]> {
  const found = new Map<string, readonly bigint[]>();
  for (const provider of PROVIDERS) {
    for (const row of provider.prices) {
      for (const inferenceGeo of [undefined, "us"]) {
        for (const serviceTier of [undefined, "batch"]) {
          const priced = pricesOf(provider, row, { inferenceGeo, serviceTier });
          if (priced !== undefined) found.set(priced.priceId, priced.prices);
        }
      }
    }
  }
  return found;
}

/** The price of one token is what many more of them add to a call that the row holds for. */
function pricesOf(
  provider: Provider,
  row: PriceRow,
  marks: Pick<PriceQuestion, "inferenceGeo" | "serviceTier">,
): { readonly priceId: string; readonly prices: readonly bigint[] } | undefined {
  const base = { ...NOTHING, uncachedInputTokens: row.tier === "long" ? LONG_PROMPT : 0 };
  const ask = (more: Partial<typeof NOTHING>): { readonly cost: bigint; readonly priceId: string } | undefined => {
    const answer = provider.price({
      ...marks,
      provider: provider.id,
      model: row.model,
      atUnixMs: row.validFrom === null ? 0 : Date.parse(`${row.validFrom}T00:00:00Z`),
      usage: { ...base, ...more },
      speed: row.tier === "fast" ? "fast" : undefined,
    });
    return answer.priced ? { cost: answer.costPicoUsd, priceId: answer.priceId } : undefined;
  };
  const nothing = ask({});
  if (nothing === undefined) return undefined;
  const prices = BUCKETS.map(
    (bucket) => ((ask({ [bucket]: base[bucket] + MANY })?.cost ?? 0n) - nothing.cost) / BigInt(MANY),
  );
  return { priceId: nothing.priceId, prices };
}

function usd(picoUsd: bigint): string {
  const digits = String(picoUsd).padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
}
