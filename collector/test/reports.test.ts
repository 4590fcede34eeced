import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Table } from "@phasewise/api";
import type { Store } from "../src/store/store.ts";
import { findReport } from "../src/views/catalogue.ts";
import { type RawParameters, readParameters } from "../src/views/parameters.ts";
import { runReport } from "../src/views/reports.ts";
import { openSqlDatabase, type SqlDatabase } from "./support/sql-database.ts";
import { SEEDED, SEEDED_NOW } from "./support/seeded-rows.ts";

const LIMITS = { timeoutMs: 10_000, maxRows: 1000, now: SEEDED_NOW };
const STANDARD = ["since", "until", "tz", "run_name", "phase", "agent", "model", "service", "session", "user"];
const TOKENS = [
  "uncached_input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "cache_write_unknown_tokens",
  "output_tokens",
];
const PROMISED = ["model_calls", ...TOKENS, "cost_usd", "duration_ms", "errors"];

let database: SqlDatabase;
beforeAll(async () => {
  database = await openSqlDatabase();
  await database.insert(SEEDED);
});
afterAll(() => database.close());

describe("every report", () => {
  test("explains each of its columns and no other", async () => {
    const { reports } = database.catalogue;

    const tables = await Promise.all(reports.map((report) => ask(report.name)));

    expect(tables.map((table) => table.columns.map((column) => column.name).sort())).toEqual(
      reports.map((report) => [...report.columns.keys()].sort()),
    );
    expect(tables.flatMap((table) => table.columns).filter((column) => !column.comment?.endsWith("."))).toEqual([]);
    expect(reports.length).toBeGreaterThan(3);
  });

  test("runs with its defaults and with each of its filters", async () => {
    const given: RawParameters = {
      since: "3d",
      until: "2026-11-20",
      tz: "Europe/Berlin",
      run_name: "iteration",
      phase: "plan",
      agent: "trader",
      model: "claude-x",
      service: "lab",
      session: "s1",
      user: "ada",
      status: "succeeded",
      limit: "1",
    };
    for (const report of database.catalogue.reports) {
      const everything = await ask(report.name);
      expect(everything.parameters["until"]).toBe("2026-11-20T12:00:00.000Z");
      for (const { name } of report.parameters) {
        const table = await ask(report.name, { [name]: given[name] });
        expect(table.rows.length).toBeLessThanOrEqual(everything.rows.length);
      }
    }
  });

  test("has filters that leave out what does not match", async () => {
    const filters = new Set(["run_name", "phase", "agent", "model", "service", "session", "user", "status"]);
    for (const report of database.catalogue.reports) {
      for (const { name } of report.parameters.filter((parameter) => filters.has(parameter.name))) {
        const table = await ask(report.name, { [name]: "no-such-thing" });
        expect([report.name, name, table.rows]).toEqual([report.name, name, []]);
      }
    }
  });

  test.each(["30d", "24h", "1s"])("is never NaN or infinite in a window of %s", async (since) => {
    for (const report of database.catalogue.reports) {
      const table = await ask(report.name, { since });
      const doubles = table.columns.filter((column) => column.type === "DOUBLE").map((column) => column.name);
      const wrong = [
        "count(case when false then 1 end)",
        ...doubles.map((name) => `count(case when not isfinite(${name}) then 1 end)`),
      ].join(" + ");
      const result = await database.store.query(`select ${wrong} from (${report.sql})`, {
        ...LIMITS,
        parameters: readParameters(report.parameters, { since }, SEEDED_NOW),
      });
      expect([report.name, ...(result.rows[0] ?? [])]).toEqual([report.name, 0]);
    }
  });

  test.each(["phase_report", "agent_report", "model_report", "iteration_performance", "unpriced_models"])(
    "%s takes the standard filters",
    (name) => {
      const report = findReport(database.catalogue, name);

      expect(report.parameters.map((parameter) => parameter.name)).toEqual(STANDARD);
    },
  );
});

describe("the three reports", () => {
  test.each(["phase_report", "agent_report", "model_report"])(
    "%s has the promised columns, money exact",
    async (name) => {
      const table = await ask(name);

      expect(table.columns.map((column) => column.name)).toEqual(
        expect.arrayContaining([name.split("_")[0], ...PROMISED]),
      );
      expect(table.columns.find((column) => column.name === "cost_usd")).toMatchObject({
        type: "DECIMAL(38,12)",
        unit: "USD",
      });
    },
  );

  test.each(["phase_report", "agent_report", "model_report"])("%s adds up to all calls of the window", async (name) => {
    const { rows } = await ask(name);

    const sum = (column: string): number => rows.reduce((total, row) => total + Number(row[column]), 0);
    expect(sum("model_calls")).toBe(5);
    expect(sum("uncached_input_tokens")).toBe(400);
    expect(sum("output_tokens")).toBe(40);
  });

  test("a phase counts its entries, their wall time, their failures and the calls inside", async () => {
    const { rows } = await ask("phase_report", { since: "24h" });

    expect(rows.map((row) => row["phase"])).toEqual(["plan", "scan", null]);
    expect(rows[0]).toMatchObject({
      entries: 2,
      runs: 1,
      model_calls: 3,
      uncached_input_tokens: 200,
      cache_read_tokens: 600,
      cache_write_1h_tokens: 7,
      cache_write_5m_tokens: 0,
      input_tokens: 807,
      output_tokens: 20,
      cost_usd: { decimal: "0.250000000001" },
      duration_ms: 30_000,
      p50_ms: 15_000,
      call_ms: 5000,
      errors: 1,
      error_ratio: 0.5,
      failed_calls: 1,
      successes: 1,
      unpriced_calls: 0,
      previous_cost_usd: { decimal: "0.125" },
      previous_duration_ms: 15_000,
      duration_change_ratio: 1,
    });
    expect(rows[0]?.["cache_hit_ratio"]).toBeCloseTo(600 / 807, 12);
    expect(rows[0]?.["cost_change_ratio"]).toBeCloseTo(1.000000000008, 12);
    expect(rows[1]).toMatchObject({
      entries: 1,
      model_calls: 0,
      cost_usd: { decimal: "0" },
      duration_ms: 60_000,
      errors: 0,
    });
  });

  test("calls outside any phase have a row of their own, and no claimed cost without a price", async () => {
    const { rows } = await ask("phase_report", { since: "24h" });

    expect(rows[2]).toMatchObject({
      phase: null,
      entries: 0,
      model_calls: 1,
      cost_usd: null,
      unpriced_calls: 1,
      duration_ms: 1000,
    });
  });

  test("an agent that only calls tell of has their time, one with invocations has wall time", async () => {
    const { rows } = await ask("agent_report", { since: "24h" });

    expect(rows.find((row) => row["agent"] === "trader")).toMatchObject({
      invocations: 1,
      duration_ms: 50_000,
      errors: 0,
      failed_calls: 1,
    });
    expect(rows.find((row) => row["agent"] === "scout")).toMatchObject({
      invocations: 0,
      duration_ms: 1000,
      model_calls: 1,
      successes: 1,
    });
    expect(rows.find((row) => row["agent"] === null)).toMatchObject({ model_calls: 1 });
  });

  test("a model counts failed calls as errors, with Wilson's interval", async () => {
    const { rows } = await ask("model_report", { since: "24h" });

    const model = rows.find((row) => row["model"] === "claude-x");
    expect(model).toMatchObject({ model_calls: 2, errors: 1, error_ratio: 0.5, duration_ms: 4000, p50_ms: 2000 });
    // 1 of 2: Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion.
    expect(model?.["error_ratio_low"]).toBeCloseTo(0.09453120573423, 12);
    expect(model?.["error_ratio_high"]).toBeCloseTo(0.90546879426577, 12);
  });

  test("a filter on the model keeps the phase entries in which it was called", async () => {
    const { rows } = await ask("phase_report", { since: "24h", model: "claude-y" });

    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ phase: "plan", entries: 1, model_calls: 1, duration_ms: 20_000 });
  });

  test("Wilson's interval agrees with published values and stays within 0 and 1", async () => {
    // Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
    const [row] = await database.read(
      "select wilson_low(81, 263) as a, wilson_high(81, 263) as b, wilson_low(15, 148) as c, wilson_high(15, 148) as d, wilson_low(0, 20) as e, wilson_high(0, 20) as f, wilson_low(29, 29) as g, wilson_high(29, 29) as h, wilson_low(0, 0) as i",
    );

    const rounded = Object.values(row ?? {}).map((value) => (value === null ? null : Number(value).toFixed(4)));
    expect(rounded).toEqual(["0.2553", "0.3662", "0.0624", "0.1605", "0.0000", "0.1611", "0.8830", "1.0000", null]);
  });
});

describe("iteration_performance", () => {
  test("a run has a row per phase, with the run's own state and totals beside it", async () => {
    const { rows } = await ask("iteration_performance", { since: "24h" });

    expect(rows.map((row) => row["phase"])).toEqual(["plan", "scan"]);
    expect(rows[0]).toMatchObject({
      run_id: "run-7",
      run_name: "iteration",
      run_number: 7,
      run_agent: "trader",
      entries: 2,
      duration_ms: 30_000,
      phase_status: "failed",
      error_type: "RangeError",
      error_message: "too far",
      agents: "scout, trader",
      models: "claude-x, claude-y",
      input_tokens: 807,
      output_tokens: 20,
      phase_tokens: 827,
      cost_usd: { decimal: "0.250000000001" },
      status: "succeeded",
      current_phase: null,
      total_ms: 60_000,
      total_tokens: 827,
      git_commit: "abc",
      created_at: "2026-11-20T10:00:00.000Z",
      completed_at: "2026-11-20T10:01:00.000Z",
    });
    expect(rows[1]).toMatchObject({ phase: "scan", phase_status: "succeeded", model_calls: 0, error_type: null });
  });
});

test("recent_runs lists what the view runs says", async () => {
  const listed = await ask("recent_runs");

  const rows = await database.read("select * from runs order by started_at desc");
  expect(listed.rows).toEqual(rows);
  expect(listed.columns.map((column) => column.name)).toEqual(Object.keys(rows[0] ?? {}));
  expect((await ask("recent_runs", { limit: "1" })).rows).toEqual(rows.slice(0, 1));
});

describe("parameters", () => {
  test("an unknown one is refused with the list of those that there are", async () => {
    await expect(ask("phase_report", { phases: "plan" })).rejects.toMatchObject({
      code: "PARAMETER_INVALID",
      message: expect.stringMatching(/"phases".*run_name, phase, agent/),
    });
  });

  test("a date is read in the time zone", async () => {
    const table = await ask("phase_report", { since: "2026-11-20", tz: "America/New_York", until: "" });

    expect(table.parameters).toMatchObject({ since: "2026-11-20T05:00:00.000Z", until: "2026-11-20T12:00:00.000Z" });
  });
});

function ask(name: string, parameters: RawParameters = {}): Promise<Table> {
  return runReport(database.store as Store, findReport(database.catalogue, name), parameters, LIMITS);
}
