/**
 * The form of a price file, as a type and as the JSON schema that is published (`docs/price-file.schema.json`) and that
 * files are checked against. The two say the same.
 */

/** Decimal text, or a number that is written the same way. */
export type DecimalValue = string | number;

/** What one model costs, in one tier and speed, from a day on. */
export interface PriceFileRow {
  readonly provider: string;
  readonly model: string;
  /** Further ids under which the model is reported. */
  readonly also?: readonly string[];
  /** First day (UTC). */
  readonly from?: string;
  /** The day (UTC) on which it no longer holds. */
  readonly until?: string;
  readonly service_tier?: string;
  readonly speed?: string;
  readonly above_input_tokens?: number;
  /** Of all prices of the row; USD when it is left out. */
  readonly currency?: string;
  readonly input: DecimalValue;
  readonly output: DecimalValue;
  readonly cache_read?: DecimalValue;
  readonly cache_write_5m?: DecimalValue;
  readonly cache_write_1h?: DecimalValue;
  readonly web_search?: DecimalValue;
  readonly us_factor?: DecimalValue;
  readonly batch_factor?: DecimalValue;
  readonly note?: string;
}

/** A reduction of list prices. */
export interface PriceFileDiscount {
  readonly provider: string;
  /** All models of the provider when it is left out. */
  readonly model?: string;
  readonly percent: DecimalValue;
  readonly from?: string;
  readonly until?: string;
  readonly note?: string;
}

/** What one unit of a currency is worth from a day on. */
export interface PriceFileRate {
  readonly currency: string;
  readonly from?: string;
  readonly usd: DecimalValue;
}

/** A whole price file. */
export interface PriceFile {
  readonly $schema?: string;
  readonly prices?: readonly PriceFileRow[];
  readonly discounts?: readonly PriceFileDiscount[];
  readonly rates?: readonly PriceFileRate[];
}

type JsonSchema = Readonly<Record<string, unknown>>;

const decimal = (meaning: string): JsonSchema => ({
  type: ["string", "number"],
  pattern: String.raw`^\d{1,12}(\.\d{1,12})?$`,
  minimum: 0,
  description: `${meaning}: a decimal number of at most 12 digits after the point, such as "3.75"`,
});
const text = (meaning: string): JsonSchema => ({ type: "string", minLength: 1, maxLength: 200, description: meaning });
const day = (meaning: string): JsonSchema => ({
  type: "string",
  pattern: String.raw`^\d{4}-\d{2}-\d{2}$`,
  description: `${meaning}: a date such as "2026-07-01"`,
});
const currency: JsonSchema = {
  type: "string",
  pattern: "^[A-Z]{3}$",
  description: 'a currency: three capital letters such as "EUR"',
};
const provider = text('a provider as telemetry names it, such as "anthropic" or "aws.bedrock"');
const from = day("first day (UTC) on which it holds");
const until = day("the day (UTC) on which it no longer holds");
const note = text("a text for people");

const ROW: JsonSchema = {
  type: "object",
  description: "a price row: an object with provider, model, input and output",
  additionalProperties: false,
  required: ["provider", "model", "input", "output"],
  properties: {
    provider,
    model: text('a model: its canonical id such as "claude-opus-5-5", else exactly as telemetry reports it'),
    also: {
      type: "array",
      description: "a list of further ids of the model, exactly as telemetry reports them",
      items: text("an id of the model, exactly as telemetry reports it"),
    },
    from,
    until,
    service_tier: text('a service tier such as "standard", "batch" or "priority"'),
    speed: text('a speed such as "standard" or "fast"'),
    above_input_tokens: {
      type: "integer",
      minimum: 1,
      maximum: 1_000_000_000,
      description: "the row holds for prompts above so many tokens: a whole number above 0",
    },
    currency,
    input: decimal("price of a million uncached input tokens"),
    output: decimal("price of a million output tokens"),
    cache_read: decimal("price of a million tokens read from the cache"),
    cache_write_5m: decimal("price of a million tokens written to the cache for 5 minutes"),
    cache_write_1h: decimal("price of a million tokens written to the cache for 1 hour"),
    web_search: decimal("price of one web search"),
    us_factor: decimal("times the price of tokens when the inference is kept in the US"),
    batch_factor: decimal("times the price of tokens in a batch"),
    note,
  },
};

const DISCOUNT: JsonSchema = {
  type: "object",
  description: "a discount: an object with provider and percent",
  additionalProperties: false,
  required: ["provider", "percent"],
  properties: {
    provider,
    model: text('a model: its canonical id such as "claude-opus-5-5", else exactly as telemetry reports it'),
    percent: { ...decimal("percent off the list price, from 0 to 100"), maximum: 100 },
    from,
    until,
    note,
  },
};

const RATE: JsonSchema = {
  type: "object",
  description: "a rate: an object with currency and usd",
  additionalProperties: false,
  required: ["currency", "usd"],
  properties: { currency, from, usd: decimal("what one unit of the currency is worth in USD") },
};

/** The JSON schema of a price file. */
export const PRICE_FILE_SCHEMA: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Phasewise price file",
  description: 'a price file: an object with any of "prices", "discounts" and "rates"',
  type: "object",
  additionalProperties: false,
  properties: {
    $schema: { type: "string", description: "where the schema is: a text" },
    prices: { type: "array", description: "a list of price rows", items: ROW },
    discounts: { type: "array", description: "a list of discounts", items: DISCOUNT },
    rates: { type: "array", description: "a list of rates of currencies", items: RATE },
  },
};
