import { describe, expect, test } from "vitest";
import { startFakeCollector } from "./support/fake-collector.ts";
import { run } from "./support/run.ts";

const PRICES = `{"report":"prices","parameters":{"tz":"UTC","price_file":"/p.json","price_file_problem":null},"columns":[
{"name":"model","type":"VARCHAR","unit":null,"comment":null},
{"name":"valid_from","type":"DATE","unit":null,"comment":null},
{"name":"cache_read_price","type":"DECIMAL","unit":"EUR","comment":null},
{"name":"price_id","type":"VARCHAR","unit":null,"comment":null}],
"rows":[{"model":"claude-haiku-5-5","valid_from":null,"cache_read_price":0.009223390518,"price_id":"anthropic/claude-haiku-5-5"}],
"truncated":false}`;

const REPRICED = `{"report":"reprice","parameters":{"dry_run":true},"columns":[
{"name":"day","type":"DATE","unit":null,"comment":null},
{"name":"model","type":"VARCHAR","unit":null,"comment":null},
{"name":"changed_calls","type":"BIGINT","unit":"count","comment":null},
{"name":"difference_usd","type":"DECIMAL(38,12)","unit":"USD","comment":null}],
"rows":[{"day":"2026-11-02","model":"claude-sonnet-4-5","changed_calls":1200,"difference_usd":-3.000000000001}],
"truncated":false}`;

describe("prices", () => {
  test("asks for the model, the provider, the time and the currency, and shows every digit in csv", async () => {
    const collector = await startFakeCollector(() => ({ body: PRICES }));
    const flags = "--model m --provider p --at 2026-10-06 --currency EUR --format csv";
    const { code, out, err } = await run(["prices", ...flags.split(" "), "--url", collector.url]);
    expect(code).toBe(0);
    const url = new URL(collector.seen[0]?.url ?? "", collector.url);
    expect([url.pathname, Object.fromEntries(url.searchParams)]).toEqual([
      "/api/prices",
      { model: "m", provider: "p", at: "2026-10-06", currency: "EUR" },
    ]);
    expect(out).toContain("claude-haiku-5-5,,0.009223390518,anthropic/claude-haiku-5-5");
    expect(err).toBe("");
  });

  test("names the currency above the amounts", async () => {
    const collector = await startFakeCollector(() => ({ body: PRICES }));
    const { out } = await run(["prices", "--url", collector.url], { columns: 120 });
    expect(out.split("\n")[0]).toContain("cache read price (EUR)");
  });

  test("says on stderr when the price file is not used as it is now", async () => {
    const body = PRICES.replace(
      '"price_file_problem":null',
      '"price_file_problem":"/p.json: prices[0].input: expected"',
    );
    const collector = await startFakeCollector(() => ({ body }));
    const { code, err } = await run(["prices", "--format", "json", "--url", collector.url]);
    expect(code).toBe(0);
    expect(err).toContain("The price file is not used as it is now: /p.json: prices[0].input: expected");
  });
});

describe("reprice", () => {
  test("with --dry-run asks for the difference alone and says that nothing was changed", async () => {
    const collector = await startFakeCollector(() => ({ body: REPRICED }));
    const { code, out, err } = await run(["reprice", "--since", "30d", "--dry-run", "--url", collector.url]);
    expect(code).toBe(0);
    expect(collector.seen.map(({ method, url, body }) => [method, url, JSON.parse(body)])).toEqual([
      ["POST", "/api/reprice", { since: "30d", dry_run: true }],
    ]);
    expect(out).toMatch(/2026-11-02 +claude-sonnet-4-5 +1,200 +-3\.00/);
    expect(err).toContain("Nothing was changed");
  });

  test("without it means it, with every limit passed on", async () => {
    const collector = await startFakeCollector(() => ({ body: REPRICED.replaceAll("true", "false") }));
    const flags = "--since 2026-10-01 --until 2026-11-01 --tz Europe/Berlin --model claude-opus-5-5 --format csv";
    const { out, err } = await run(["reprice", ...flags.split(" "), "--url", collector.url]);
    expect(JSON.parse(collector.seen[0]?.body ?? "")).toEqual({
      since: "2026-10-01",
      until: "2026-11-01",
      tz: "Europe/Berlin",
      model: "claude-opus-5-5",
      dry_run: false,
    });
    expect(out).toContain("2026-11-02,claude-sonnet-4-5,1200,-3.000000000001");
    expect(err).toContain("call_price_history");
  });

  test("without --since is wrong usage and asks nobody", async () => {
    const collector = await startFakeCollector(() => ({ body: REPRICED }));
    const { code, err } = await run(["reprice", "--url", collector.url]);
    expect([code, collector.seen.length]).toEqual([2, 0]);
    expect(err).toContain("--since");
  });
});
