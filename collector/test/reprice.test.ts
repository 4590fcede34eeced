/** Stored calls priced again, on a real store, through the API that the command uses. */
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem, Table } from "@phasewise/api";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeJson } from "../src/decode/json.ts";
import { normalise } from "../src/normalise/normalise.ts";
import { openPriceDesk, type PriceDesk } from "../src/prices/price-desk.ts";
import { createApiServer } from "../src/serve/api-server.ts";
import { openDuckDbStore } from "../src/store/duckdb/open.ts";
import type { Store } from "../src/store/store.ts";
import { readCatalogue } from "../src/views/catalogue.ts";
import { rowsOf, SQL_FOLDER } from "./store-conformance.ts";
import { batch, call, seconds, span } from "./support/store-batches.ts";

const SILENT = pino({ level: "silent" });
const LEDGER = "select call_key, cost_usd, price_id, unpriced_reason from call_ledger order by call_key";
const WINDOW = { since: "2026-11-01", until: "2026-11-03" };

/** Of Sonnet 4.5: half of the list price, and for one model that no list knows. */
const CONTRACT = {
  prices: [
    { provider: "anthropic", model: "claude-sonnet-4-5", from: "2026-11-02", input: "1.5", output: "7.5" },
    { provider: "anthropic", model: "claude-next-9", input: "0.000001", output: "0.000001" },
  ],
};

let folder = "";
let file = "";
let store: Store;
const desks: PriceDesk[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "phasewise-reprice-"));
  file = join(folder, "prices.json");
  await writeFile(file, JSON.stringify(CONTRACT));
  store = await openDuckDbStore({ file: join(folder, "x.duckdb"), sqlFolder: SQL_FOLDER, memoryLimit: "500MB" });
});
afterEach(async () => {
  for (const desk of desks.splice(0)) desk.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function deskOf(path: string): Promise<PriceDesk> {
  const desk = await openPriceDesk(path, SILENT, { lookEveryMs: 50 });
  desks.push(desk);
  return desk;
}

async function apiOf(desk: PriceDesk): Promise<FastifyInstance> {
  return createApiServer({
    store,
    catalogue: await readCatalogue(SQL_FOLDER, store.engine),
    ready: async () => ({ ready: true, acknowledged: "1", loaded: "1" }),
    config: { host: "127.0.0.1", token: "", allowedHosts: "", queryTimeoutMs: 10_000, queryMaxRows: 1000 },
    prices: { ...desk, reprice: (request) => store.reprice(request, desk.priceCall()) },
    webFolder: undefined,
    logger: SILENT,
  });
}

async function reprice(
  api: FastifyInstance,
  body: object,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await api.inject({
    method: "POST",
    url: "/api/reprice",
    headers: { host: "127.0.0.1:4319" },
    payload: body,
  });
  return { status: response.statusCode, text: response.body };
}

/** Two calls of Sonnet 4.5 (on the 1st and the 2nd of November), one of a model without a price, one that failed. */
async function loadCalls(desk: PriceDesk): Promise<void> {
  const day = 86_400;
  const spans = [
    span({ span: 1, trace: 1, evidence: call({ providerRequestId: "req_1" }) }),
    span({ span: 2, trace: 2, evidence: call({ providerRequestId: "req_2", startedUnixNano: seconds(day) }) }),
    span({
      span: 3,
      trace: 3,
      evidence: call({ providerRequestId: "req_3", requestModel: "claude-next-9", responseModel: "claude-next-9" }),
    }),
    span({ span: 4, trace: 4, evidence: call({ providerRequestId: "req_4", status: "error", tokens: {} }) }),
  ];
  await store.load(batch({ spans }), 1n, desk.settle);
}

const cost = (decimal: string): unknown => ({ decimal });
const SONNET = "anthropic/claude-sonnet-4-5";
const UNKNOWN = 'no price is known for model "claude-next-9"';
const BEFORE = [
  ["req:req_1", cost("0.006"), SONNET, null],
  ["req:req_2", cost("0.006"), SONNET, null],
  ["req:req_3", null, null, UNKNOWN],
  ["req:req_4", cost("0"), null, null],
];
const AFTER = [
  BEFORE[0],
  ["req:req_2", cost("0.003"), "user/anthropic/claude-sonnet-4-5@2026-11-02", null],
  ["req:req_3", cost("0.0000000012"), "user/anthropic/claude-next-9", null],
  BEFORE[3],
];

describe("pricing stored calls again", () => {
  test("as a dry run shows the difference per day and model, every digit, and changes nothing", async () => {
    await loadCalls(await deskOf(""));
    const api = await apiOf(await deskOf(file));

    const { status, text } = await reprice(api, { ...WINDOW, dry_run: true });

    expect(status).toBe(200);
    expect((JSON.parse(text) as Table).rows).toEqual([
      {
        day: "2026-11-01",
        model: "claude-next-9",
        changed_calls: 1,
        old_cost_usd: 0,
        new_cost_usd: 0.000_000_001_2,
        difference_usd: 0.000_000_001_2,
        unpriced_before_calls: 1,
        unpriced_after_calls: 0,
      },
      {
        day: "2026-11-02",
        model: "claude-sonnet-4-5",
        changed_calls: 1,
        old_cost_usd: 0.006,
        new_cost_usd: 0.003,
        difference_usd: -0.003,
        unpriced_before_calls: 0,
        unpriced_after_calls: 0,
      },
    ]);
    expect(text).toContain('"new_cost_usd":0.0000000012');
    expect(await rowsOf(store, LEDGER)).toEqual(BEFORE);
    expect(await rowsOf(store, "select count(*) from call_price_history")).toEqual([[0]]);
  });

  test("changes the ledger, keeps what was, and finds nothing to do the second time", async () => {
    await loadCalls(await deskOf(""));
    const api = await apiOf(await deskOf(file));

    const dry = await reprice(api, { ...WINDOW, dry_run: true });
    const applied = await reprice(api, { ...WINDOW, dry_run: false });
    const again = await reprice(api, { ...WINDOW, dry_run: false });

    expect((JSON.parse(applied.text) as Table).rows).toEqual((JSON.parse(dry.text) as Table).rows);
    expect((JSON.parse(again.text) as Table).rows).toEqual([]);
    expect(await rowsOf(store, LEDGER)).toEqual(AFTER);
    expect(
      await rowsOf(
        store,
        `select call_key, started_at, provider, model, old_cost_usd, old_price_id, old_unpriced_reason,
           new_cost_usd, new_price_id, new_unpriced_reason from call_price_history order by call_key`,
      ),
    ).toEqual([
      [
        "req:req_2",
        "2026-11-02T00:00:00.000Z",
        "anthropic",
        "claude-sonnet-4-5",
        cost("0.006"),
        SONNET,
        null,
        cost("0.003"),
        "user/anthropic/claude-sonnet-4-5@2026-11-02",
        null,
      ],
      [
        "req:req_3",
        "2026-11-01T00:00:01.000Z",
        "anthropic",
        "claude-next-9",
        null,
        null,
        UNKNOWN,
        cost("0.0000000012"),
        "user/anthropic/claude-next-9",
        null,
      ],
    ]);
  });

  test("takes the calls of the window and the model that it is asked for", async () => {
    await loadCalls(await deskOf(""));
    const api = await apiOf(await deskOf(file));

    await reprice(api, { ...WINDOW, until: "2026-11-02", model: "claude-sonnet-4-5", dry_run: false });
    expect(await rowsOf(store, LEDGER)).toEqual(BEFORE);
    await reprice(api, { since: "2026-11-02", until: "2026-11-02T00:00:01", dry_run: false });
    expect(await rowsOf(store, LEDGER)).toEqual([BEFORE[0], AFTER[1], BEFORE[2], BEFORE[3]]);
  });

  test("goes back when the price file does, and what is loaded later does not fight it", async () => {
    const [lists, contract] = [await deskOf(""), await deskOf(file)];
    await loadCalls(lists);
    await reprice(await apiOf(contract), { ...WINDOW, dry_run: false });
    // The same calls once more, with a second report of one of them: settled anew, by the same prices.
    const second = call({ providerRequestId: "req_2", startedUnixNano: seconds(86_400), rank: 20 });
    await store.load(batch({ spans: [span({ span: 9, trace: 2, evidence: second })] }), 2n, contract.settle);
    expect(await rowsOf(store, LEDGER)).toEqual(AFTER);
    expect(
      (JSON.parse((await reprice(await apiOf(contract), { ...WINDOW, dry_run: true })).text) as Table).rows,
    ).toEqual([]);

    await reprice(await apiOf(lists), { ...WINDOW, dry_run: false });
    await store.load(batch({ spans: [span({ span: 10, trace: 2, evidence: second })] }), 3n, lists.settle);
    expect(await rowsOf(store, LEDGER)).toEqual(BEFORE);
    expect(await rowsOf(store, "select count(*) from call_price_history")).toEqual([[4]]);
  });

  test("of more calls than one transaction holds changes every one, once, with loads in between", async () => {
    const [lists, contract] = [await deskOf(""), await deskOf(file)];
    const calls = 300;
    const spans = Array.from({ length: calls }, (_, at) =>
      span({
        span: at + 1,
        trace: at + 1,
        // Many at the same moment, so that a transaction ends in the middle of one.
        evidence: call({ providerRequestId: `req_${at}`, startedUnixNano: seconds(86_400 + Math.floor(at / 130)) }),
      }),
    );
    await store.load(batch({ spans }), 1n, lists.settle);
    const request = { since: new Date("2026-11-01"), until: new Date("2026-11-09"), apply: true, batchCalls: 70 };

    const running = store.reprice(request, contract.priceCall());
    await store.load(batch({ spans: [span({ span: 1, trace: 99_999_999 })] }), 2n, contract.settle);
    const result = await running;

    expect(result).toMatchObject({ seen: calls, changed: calls });
    expect(await rowsOf(store, "select count(*), sum(cost_usd), count(distinct call_key) from call_ledger")).toEqual([
      [calls, cost("0.9"), calls],
    ]);
    expect(await rowsOf(store, "select count(*), sum(old_cost_usd - new_cost_usd) from call_price_history")).toEqual([
      [calls, cost("0.9")],
    ]);
    expect(await store.reprice(request, contract.priceCall())).toMatchObject({ seen: calls, changed: 0 });
  });

  test("that was cut short leaves whole transactions and is finished by the next run", async () => {
    const [lists, contract] = [await deskOf(""), await deskOf(file)];
    const spans = Array.from({ length: 200 }, (_, at) =>
      span({
        span: at + 1,
        trace: at + 1,
        evidence: call({ providerRequestId: `req_${at}`, startedUnixNano: seconds(86_400 + at) }),
      }),
    );
    await store.load(batch({ spans }), 1n, lists.settle);
    const request = { since: new Date("2026-11-01"), until: new Date("2026-11-09"), apply: true, batchCalls: 10 };

    const running = store.reprice(request, contract.priceCall()).catch((error: unknown) => error);
    await store.close();
    expect(await running).toMatchObject({ code: "STORE_UNAVAILABLE" });
    store = await openDuckDbStore({ file: join(folder, "x.duckdb"), sqlFolder: SQL_FOLDER, memoryLimit: "500MB" });
    const changedSql = "select count(*) from call_ledger where price_id like 'user/%'";
    const [[before] = []] = await rowsOf(store, changedSql);
    expect(await rowsOf(store, "select count(*) from call_price_history")).toEqual([[before]]);
    expect(Number(before) % 10).toBe(0);
    expect(Number(before)).toBeLessThan(200);

    const result = await store.reprice(request, contract.priceCall());
    expect(result.changed).toBe(200 - Number(before));
    expect(await rowsOf(store, changedSql)).toEqual([[200]]);
    expect(await rowsOf(store, "select count(*), count(distinct call_key) from call_price_history")).toEqual([
      [200, 200],
    ]);
  });

  test("refuses a request that does not say from when, or whether it is meant", async () => {
    const api = await apiOf(await deskOf(""));
    for (const body of [
      { dry_run: true },
      { since: "7d" },
      { since: "soon", dry_run: true },
      { since: "", dry_run: true },
      { since: "now", dry_run: true },
      { since: "7d", dry_run: true, everything: true },
    ]) {
      const { status, text } = await reprice(api, body);
      expect([status, (JSON.parse(text) as Problem).code]).toEqual([400, "PARAMETER_INVALID"]);
    }
  });
});

describe("GET /api/prices", () => {
  test("tells what applied when, with every digit and the price file", async () => {
    const api = await apiOf(await deskOf(file));
    const get = (query: string) => api.inject({ url: `/api/prices?${query}`, headers: { host: "127.0.0.1:4319" } });

    const table = (await get("model=claude-sonnet-4-5&at=2026-11-02")).json<Table>();
    expect(table.parameters).toMatchObject({
      at: "2026-11-02T00:00:00.000Z",
      price_file: file,
      price_file_problem: null,
    });
    expect(table.rows).toMatchObject([
      { source: "user", tier: "standard", input_price: 1.5, price_id: "user/anthropic/claude-sonnet-4-5@2026-11-02" },
    ]);
    const csv = await get("model=claude-next-9&format=csv");
    expect(csv.body).toContain("0.000001,0.000001");
    expect((await get("at=soon")).json<Problem>().code).toBe("PARAMETER_INVALID");
    expect((await get("currency=EUR")).json<Problem>().detail).toMatch(/^currency: expected USD or a currency .+"EUR"/);
  });
});

describe("the price file", () => {
  test("that is missing or wrong ends the start with what is wrong where", async () => {
    await expect(openPriceDesk(join(folder, "none.json"), SILENT)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/^PHASEWISE_PRICES: expected a price file that can be read, got .*ENOENT/),
    });
    await writeFile(file, '{"prices":[{"provider":"anthropic","model":"m","input":"free","output":1}]}');
    await expect(openPriceDesk(file, SILENT)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(`${file}: prices[0].input: expected`),
    });
  });

  test("that is wrong when the store process is started again leaves the built-in prices, and says so", async () => {
    await writeFile(file, "{");
    const changes: string[] = [];
    const desk = await openPriceDesk(file, SILENT, {
      isRestart: true,
      lookEveryMs: 50,
      onChange: () => changes.push("changed"),
    });
    desks.push(desk);
    const prices = (model: string): unknown => desk.list({ model, nowUnixMs: 0 })?.map(({ source }) => source);

    expect(prices("claude-next-9")).toEqual([]);
    expect(prices("claude-sonnet-4-5")).toContain("list");
    expect(desk.file()?.problem).toMatch(/expected JSON/);
    const table = await (await apiOf(desk)).inject({ url: "/api/prices", headers: { host: "127.0.0.1:4319" } });
    expect(table.json<Table>().parameters["price_file_problem"]).toMatch(/expected JSON/);
    expect(desk.tokenPrices()).not.toContain("claude-next-9");

    await writeFile(file, JSON.stringify(CONTRACT));
    await expect.poll(() => changes, { timeout: 5_000 }).toContain("changed");
    await expect.poll(() => desk.file()?.problem, { timeout: 5_000 }).toBeUndefined();
    expect(desk.tokenPrices()).toContain("'user/anthropic/claude-next-9': [0.000000000001, ");
    expect(desk.file()).toEqual({ path: file, problem: undefined });
  });

  test("is read again when it changes, and a wrong one changes nothing but says so", async () => {
    const desk = await deskOf(file);
    const price = (): unknown => desk.list({ model: "claude-next-9", nowUnixMs: 0 })?.[0]?.input;
    const write = async (text: string, at: number): Promise<void> => {
      await writeFile(file, text);
      await utimes(file, at, at);
    };
    expect(price()).toBe("0.000001");

    await write(JSON.stringify(CONTRACT).replaceAll("0.000001", "7"), 1_000_000);
    await expect.poll(price, { timeout: 5_000 }).toBe("7");
    await write("{", 2_000_000);
    await expect.poll(() => desk.file()?.problem, { timeout: 5_000 }).toMatch(/expected JSON/);
    expect(price()).toBe("7");
    await write(JSON.stringify(CONTRACT), 3_000_000);
    await expect.poll(price, { timeout: 5_000 }).toBe("0.000001");
    expect(desk.file()).toEqual({ path: file, problem: undefined });
  });
});

test("a result of a message batch is counted at half the price from OTLP to the ledger", async () => {
  const text = (key: string, stringValue: string): unknown => ({ key, value: { stringValue } });
  const count = (key: string, intValue: string): unknown => ({ key, value: { intValue } });
  const result = (spanId: string, tier: string): unknown => ({
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId,
    name: "chat claude-opus-5-5",
    startTimeUnixNano: "1795000001000000000",
    endTimeUnixNano: "1795000002000000000",
    attributes: [
      text("gen_ai.operation.name", "chat"),
      text("gen_ai.provider.name", "anthropic"),
      text("gen_ai.response.model", "claude-opus-5-5"),
      text("gen_ai.response.id", `msg_${spanId}`),
      text("anthropic.response.service_tier", tier),
      count("gen_ai.usage.input_tokens", "6120"),
      count("gen_ai.usage.output_tokens", "42"),
      count("gen_ai.usage.cache_read.input_tokens", "5000"),
      count("gen_ai.usage.cache_write.input_tokens", "1000"),
      count("anthropic.usage.cache_creation.ephemeral_5m_input_tokens", "700"),
      count("anthropic.usage.cache_creation.ephemeral_1h_input_tokens", "300"),
    ],
  });
  const spans = [result("00000000000000aa", "batch"), result("00000000000000bb", "standard")];
  const body = { resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: "@phasewise/sdk" }, spans }] }] };
  const desk = await deskOf("");

  await store.load(normalise(decodeJson("traces", JSON.stringify(body)), seconds(0)), 1n, desk.settle);

  expect(await rowsOf(store, "select service_tier, cost_usd, price_id from call_ledger order by 1")).toEqual([
    ["batch", cost("0.00411"), "anthropic/claude-opus-5-5+batch"],
    ["standard", cost("0.00822"), "anthropic/claude-opus-5-5"],
  ]);
});
