/** Usage that is odd, from the bytes of a request to the report on data quality: nothing odd is dropped, and each is named with what was done. */
import { beforeAll, expect, test } from "vitest";
import { type LoadedStore, withLoaded } from "./support/loaded-store.ts";
import { type Export, spanExport, type Value } from "./support/settled-telemetry.ts";

const USAGE = {
  "gen_ai.usage.input_tokens": 6120,
  "gen_ai.usage.cache_read.input_tokens": 5000,
  "gen_ai.usage.cache_write.input_tokens": 1000,
  "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 700,
  "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 300,
  "gen_ai.usage.output_tokens": 42,
};
const WITHOUT_SPLIT = {
  "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": undefined,
  "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": undefined,
};
const NOT_A_COUNT = "which is not a count; it is left out";

interface Odd {
  readonly what: string;
  readonly attributes: { readonly [name: string]: Value | undefined };
  /** 0 unset, 1 ok, 2 error. */
  readonly status?: number;
  readonly kind?: string;
  readonly finding: string;
}

const ODD: readonly Odd[] = [
  {
    what: "provably exclusive input under an inclusive source",
    attributes: { ...USAGE, "gen_ai.usage.input_tokens": 120 },
    finding: "input of N is less than the N cached tokens, so it cannot include them",
  },
  {
    what: "no split of cache writes by lifetime",
    attributes: { ...USAGE, ...WITHOUT_SPLIT },
    finding: "the lifetime of N written tokens was not reported; they are priced as N-minute ones",
  },
  {
    what: "a split of some of them",
    attributes: { ...USAGE, "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 600 },
    finding: "cache writes of N by lifetime leave N of the N written unknown",
  },
  {
    what: "a split of more than was written",
    attributes: { ...USAGE, "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 800 },
    finding: "cache writes of N by lifetime are more than the N written; the lifetime is unknown",
  },
  {
    what: "more reasoning than output",
    attributes: { ...USAGE, "gen_ai.usage.reasoning.output_tokens": 43 },
    finding: "reasoning of N tokens is more than the output of N; it is left out",
  },
  {
    what: "compaction outside of the totals",
    attributes: {
      ...USAGE,
      "anthropic.usage.compaction.input_tokens": 900,
      "anthropic.usage.compaction.output_tokens": 50,
    },
    finding: "compaction of N input and N output tokens is added",
  },
  {
    what: "a stream that was given up",
    attributes: { ...USAGE, "gen_ai.usage.output_tokens": undefined },
    status: 0,
    finding: "output tokens were not reported and are not in the cost",
  },
  {
    what: "a refusal",
    attributes: { ...USAGE, "anthropic.message.stop_reason": "refusal" },
    finding: "the model refused to answer; the tokens that it used are counted",
  },
  {
    what: "retries",
    attributes: { ...USAGE, "http.request.resend_count": 2 },
    finding: "the request took N attempts; only the tokens of the last one are known and counted",
  },
  {
    what: "zeros",
    attributes: { "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0 },
    finding: "every count that was reported is zero, so the call costs nothing",
  },
  {
    what: "a negative count",
    attributes: { ...USAGE, "gen_ai.usage.output_tokens": -1 },
    finding: `gen_ai.usage.output_tokens is -N, ${NOT_A_COUNT}`,
  },
  {
    what: "a fractional count",
    attributes: { ...USAGE, "gen_ai.usage.cache_read.input_tokens": 1.5 },
    finding: `gen_ai.usage.cache_read.input_tokens is N, ${NOT_A_COUNT}`,
  },
  {
    what: "a count of 2^63",
    attributes: { ...USAGE, "gen_ai.usage.output_tokens": "9223372036854775808" },
    finding: `gen_ai.usage.output_tokens is "N", ${NOT_A_COUNT}`,
  },
  {
    what: "no usage at all",
    attributes: {},
    kind: "unpriced",
    finding: "no usage reported",
  },
  {
    what: "a cost that cannot be true",
    attributes: { "gen_ai.usage.input_tokens": 2n ** 52n, "gen_ai.usage.output_tokens": 1 },
    kind: "unpriced",
    finding: "a cost of N USD for one call is more than can be true",
  },
  {
    what: "an unknown model",
    attributes: { ...USAGE, "gen_ai.request.model": "claude-nobody-1" },
    kind: "unpriced",
    finding: 'no price is known for model "claude-nobody-N"',
  },
];

/** Not odd, so it must not be named: reasoning is a part of the output. */
const ORDINARY = { ...USAGE, "gen_ai.usage.reasoning.output_tokens": 7 };
const ORDINARY_INDEX = ODD.length;

let rows: Awaited<ReturnType<LoadedStore["report"]>> = [];
let calls = 0;
beforeAll(async () => {
  const exports = [
    ...ODD.map((odd, index) => exportOf(index, odd.attributes, odd.status)),
    exportOf(ORDINARY_INDEX, ORDINARY),
  ];
  await withLoaded(exports, "protobuf", async (store) => {
    rows = await store.report("data_quality");
    calls = (await store.read("select call_key from model_calls")).length;
  });
}, 60_000);

test("every odd call is kept as a call", () => {
  expect(calls).toBe(ODD.length + 1);
});

test.each(ODD.map((odd, index) => [odd.what, index, odd] as const))(
  "%s is named with its treatment",
  (_what, index, { kind = "note", finding }) => {
    const named = oddRows().filter((row) => row["kind"] === kind && isOf(row, index));

    expect(named.map((row) => row["finding"])).toContain(finding);
    for (const row of named) expect(String(row["treatment"])).toMatch(/^[A-Z].{20,}\.$/u);
  },
);

test("reasoning within the output is not odd", () => {
  expect(oddRows().filter((row) => isOf(row, ORDINARY_INDEX))).toEqual([]);
});

function oddRows(): typeof rows {
  return rows.filter((row) => row["kind"] === "note" || row["kind"] === "unpriced");
}

/** A row names ten examples at most: reports by their span, calls by their key. */
function isOf(row: Readonly<Record<string, unknown>>, index: number): boolean {
  const examples = String(row["examples"]).split(", ");
  return examples.some((one) => one.endsWith(`/${spanIdOf(index)}`) || one === `req:req_${index}`);
}

function spanIdOf(index: number): string {
  return (index + 1).toString(16).padStart(16, "0");
}

function exportOf(index: number, given: Odd["attributes"], status = 1): Export {
  const attributes: Record<string, Value> = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-opus-5-5",
    "anthropic.request.id": `req_${index}`,
  };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) attributes[name] = value;
  const scope = "com.anthropic.sdk.typescript";
  return spanExport({ scope, spanId: spanIdOf(index), status, attributes });
}
