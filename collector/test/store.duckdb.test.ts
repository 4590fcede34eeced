import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, copyFile, cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { settle } from "../src/normalise/settle/settle.ts";
import { openDuckDbStore } from "../src/store/duckdb/open.ts";
import type { StoreEvent } from "../src/store/duckdb/instance.ts";
import type { Store } from "../src/store/store.ts";
import { SQL_FOLDER, codeOf, rowsOf, storeConformance } from "./store-conformance.ts";
import { batch, genAiSpan, log, point, seconds, span } from "./support/store-batches.ts";

/** Another process that has the file open. */
async function holdElsewhere(file: string): Promise<ChildProcess> {
  const script = `const { DuckDBInstance } = require("@duckdb/node-api");
    DuckDBInstance.create(process.argv[1]).then(() => { console.log("open"); setInterval(() => {}, 1000); });`;
  const other = spawn(process.execPath, ["-e", script, file], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => other.stdout.once("data", resolve));
  return other;
}

const OPTIONS = { timeoutMs: 20_000, maxRows: 10_000 };

describe("the DuckDB store", () => {
  storeConformance("duckdb");
});

describe("the DuckDB store, on its own", () => {
  let folder = "";
  let file = "";
  let events: StoreEvent[] = [];
  const stores: Store[] = [];
  const open = async (path = file, sqlFolder = SQL_FOLDER): Promise<Store> => {
    const store = await openDuckDbStore({ file: path, sqlFolder, memoryLimit: "500MB", log: (e) => events.push(e) });
    stores.push(store);
    return store;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phasewise-duckdb-"));
    file = join(folder, "phasewise.duckdb");
    events = [];
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("the file is refused when this process has it open already, also through a link", async () => {
    await open();
    await symlink(file, join(folder, "link.duckdb"));
    expect(await codeOf(open())).toBe("DATA_FOLDER_UNUSABLE");
    expect(await codeOf(open(join(folder, "link.duckdb")))).toBe("DATA_FOLDER_UNUSABLE");
  });

  test("a file that another process holds is waited for, and refused with the way out when it stays held", async () => {
    await (await open()).close();
    const other = await holdElsewhere(file);
    try {
      await expect(
        openDuckDbStore({ file, sqlFolder: SQL_FOLDER, memoryLimit: "500MB", lockPatienceMs: 600 }),
      ).rejects.toThrow(/in use by another process.*PHASEWISE_DATA/s);
      const opening = open();
      await sleep(500);
      other.kill("SIGKILL");
      expect((await opening).loadedUpTo()).toBe(0n);
      expect(events.map((event) => event.message)).toContainEqual(expect.stringMatching(/waiting for it to end/));
    } finally {
      other.kill("SIGKILL");
    }
  });

  test("a folder that is not there is named", async () => {
    expect(await codeOf(open(join(folder, "none", "x.duckdb")))).toBe("DATA_FOLDER_UNUSABLE");
  });

  test("a damaged write-ahead log is put aside and reported, and the position says from where to load again", async () => {
    const store = await open();
    await store.load(batch({ spans: [span({ span: 1 })] }), 1n, settle);
    await store.applyViews([]);
    await store.load(batch({ spans: [span({ span: 2 })] }), 2n, settle);
    const crashed = join(folder, "crashed.duckdb");
    await copyFile(file, crashed);
    const wal = await readFile(`${file}.wal`);
    wal[Math.floor(wal.length / 2)] = (wal[Math.floor(wal.length / 2)] ?? 0) ^ 0x10;
    await writeFile(`${crashed}.wal`, wal);

    const again = await open(crashed);
    expect(again.loadedUpTo()).toBe(1n);
    expect(await rowsOf(again, "select count(*) from spans")).toEqual([[1]]);
    expect(events.filter((event) => event.level === "error")).toHaveLength(1);
    expect((await readdir(folder)).filter((name) => name.startsWith("crashed.duckdb.wal.damaged-"))).toHaveLength(1);
    expect(await again.load(batch({ spans: [span({ span: 2 })] }), 2n, settle)).toMatchObject({ spans: 1 });
  });

  test("a migration that was changed, and data of a newer version, are refused with the file's name", async () => {
    const sqlFolder = join(folder, "sql");
    await cp(SQL_FOLDER, sqlFolder, { recursive: true });
    const migrations = join(sqlFolder, "duckdb", "migrations");
    const next = `${String((await readdir(migrations)).length + 1).padStart(4, "0")}_more.sql`;
    await writeFile(join(migrations, next), "create table more (a integer); insert into more values (1);");
    await (await open(file, sqlFolder)).close();
    await expect(open()).rejects.toMatchObject({ code: "STORE_NEWER", message: expect.stringContaining(next) });
    await appendFile(join(migrations, next), "-- changed");
    await expect(open(file, sqlFolder)).rejects.toMatchObject({
      code: "MIGRATION_CHANGED",
      message: expect.stringContaining(next),
    });
  });

  test("a migration that fails half-way leaves nothing of itself", async () => {
    await (await open()).close();
    const sqlFolder = join(folder, "sql");
    await cp(SQL_FOLDER, sqlFolder, { recursive: true });
    const migrations = join(sqlFolder, "duckdb", "migrations");
    const next = join(migrations, `${String((await readdir(migrations)).length + 1).padStart(4, "0")}_bad.sql`);
    await writeFile(next, "create table half (a integer); insert into nowhere values (1);");
    await expect(open(file, sqlFolder)).rejects.toThrow("nowhere");
    expect(await rowsOf(await open(), "select count(*) from duckdb_tables() where table_name = 'half'")).toEqual([[0]]);
  });

  test("a DuckDB shell can read tables and views when the collector has stopped", async () => {
    const store = await open();
    await store.applyViews([
      "create or replace macro doubled(x) as x * 2",
      "create or replace view span_count as select doubled(count(*)) as n from spans",
    ]);
    await store.load(batch({ spans: [span({ span: 1 })] }), 1n, settle);
    await store.close();
    expect(await readdir(folder)).toEqual(["phasewise.duckdb"]);
    const instance = await DuckDBInstance.create(file, { access_mode: "READ_ONLY" });
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll("from span_count")).getRowsJson();
    connection.closeSync();
    instance.closeSync();
    expect(rows).toEqual([["2"]]);
  });

  test("every value comes out in its documented form", async () => {
    const store = await open();
    const forms: readonly (readonly [string, unknown])[] = [
      ["9007199254740991::bigint", 9007199254740991],
      ["9007199254740993::bigint", 9007199254740993n],
      ["170141183460469231731687303715884105727::hugeint", 170141183460469231731687303715884105727n],
      ["-0.000100::decimal(18,6)", { decimal: "-0.0001" }],
      ["1200::decimal(18,2)", { decimal: "1200" }],
      ["timestamp '2026-11-01 01:02:03'", "2026-11-01T01:02:03.000Z"],
      ["timestamp '2026-11-01 01:02:03.000004'", "2026-11-01T01:02:03.000004Z"],
      ["timestamp '1969-12-31 23:59:59.999999'", "1969-12-31T23:59:59.999999Z"],
      ["timestamptz '2026-11-01 01:02:03+02'", "2026-10-31T23:02:03.000Z"],
      ["date '2026-11-01'", "2026-11-01"],
      ["date '0044-03-15 (BC)'", "-000043-03-15"],
      ["[1, null, 3]", [1, null, 3]],
      ["{'a': 1.5::decimal(4,2), 'b': 'x'}", { a: { decimal: "1.5" }, b: "x" }],
      ["map {'k': [1::bigint]}", { k: [1] }],
      ["'NaN'::double", null],
      ["'-inf'::double", null],
      ["'\\x01\\x02'::blob", "AQI="],
      ["interval 90 minutes", "01:30:00"],
      ["'9f0e8a6c-0000-4000-8000-000000000001'::uuid", "9f0e8a6c-0000-4000-8000-000000000001"],
      ["time '10:11:12'", "10:11:12"],
      ["'{\"a\": 1}'::json", '{"a": 1}'],
    ];
    const result = await store.query(`select ${forms.map(([sql]) => sql).join(", ")}`, OPTIONS);
    expect(result.rows[0]).toEqual(forms.map(([, value]) => value));
    expect(result.columns[3]?.type).toBe("DECIMAL(18,6)");
    expect(result.columns.at(-1)?.type).toBe("JSON");
  });

  test("texts of every kind survive the way through vectors, repeated and across chunks", async () => {
    const store = await open();
    const texts = [
      "",
      "x",
      "twelve chars",
      "thirteen char",
      "é",
      "日本語日本",
      "a\u0000b",
      "y".repeat(5000),
      "\ud83d\ude00",
    ];
    const spans = Array.from({ length: 5000 }, (_, at) => {
      const value = texts[at % texts.length] ?? "";
      const attributes = new Map<string, string | bigint | number | boolean>([
        [`key ${at % 3} of the spans`, value],
        ["at", BigInt(at)],
        ["half", at / 2],
        ["even", at % 2 === 0],
      ]);
      return span({ trace: 1 + (at % 10), span: at + 1, name: value, attributes });
    });
    await store.load(batch({ spans }), 1n, settle);
    const rows = (
      await store.query(
        `select name, attributes_text, attributes_int, attributes_double, attributes_bool from spans
       order by attributes_int['at']`,
        OPTIONS,
      )
    ).rows;
    expect(rows).toEqual(
      spans.map(({ span: { name } }, at) => [
        name,
        { [`key ${at % 3} of the spans`]: name },
        { at },
        { half: at / 2 },
        { even: at % 2 === 0 },
      ]),
    );
  });

  test("foreign SQL cannot learn of files, settings or the process, nor reach out", async () => {
    const store = await open();
    await writeFile(join(folder, "secret.csv"), "a\n1\n");
    for (const sql of [
      "select * from duckdb_settings()",
      "select * from duckdb_databases",
      "select * from pragma_database_list",
      "with x as (select * from read_csv('/etc/passwd')) from x",
      "select (select content from read_text('/etc/hostname'))",
      "select * from glob('/*')",
      "select getenv('HOME')",
      "select current_setting('temp_directory')",
      "pragma database_list",
      "call duckdb_settings()",
      "explain analyze insert into spans select * from spans",
      "attach 'x.db'",
      "set threads = 1",
      "copy spans to 'x.csv'",
      "checkpoint",
      "select repeat('x', 3000000000)",
      "select * from query('select 1')",
      "begin",
      "",
    ]) {
      expect([sql, await codeOf(store.queryForeign(sql, OPTIONS))]).toEqual([sql, "SQL_NOT_ALLOWED"]);
    }
    const file = join(folder, "secret.csv");
    expect(await codeOf(store.queryForeign(`select * from '${file}'`, OPTIONS))).toBe("SQL_FAILED");
    expect(await codeOf(store.query(`select * from '${file}'`, OPTIONS))).toBe("SQL_FAILED");
    expect(await codeOf(store.queryForeign("selec 1", OPTIONS))).toBe("SQL_FAILED");
    expect(await codeOf(store.query("set threads = 1", OPTIONS))).toBe("SQL_FAILED");
  });

  test("a query that cannot be interrupted is told of", async () => {
    const stuck: string[] = [];
    const store = await openDuckDbStore({
      file,
      sqlFolder: SQL_FOLDER,
      memoryLimit: "500MB",
      onStuck: (head) => stuck.push(head),
    });
    stores.push(store);
    // A scalar function works on one value in one go.
    const slow = "select levenshtein(repeat('a', n), repeat('b', n)) from (values (45000)) as t(n)";
    const fast = await codeOf(
      store.query("select count(*) from range(100000) a, range(100000) b", { ...OPTIONS, timeoutMs: 200 }),
    );
    expect([fast, stuck]).toEqual(["QUERY_TIMEOUT", []]);
    expect(await codeOf(store.query(slow, { ...OPTIONS, timeoutMs: 100 }))).toBe("QUERY_TIMEOUT");
    expect(stuck).toEqual([slow]);
  }, 60_000);

  test("foreign SQL may describe, show, explain and read the catalogue", async () => {
    const store = await open();
    for (const sql of [
      "describe spans",
      "show tables",
      "explain select 1",
      "EXPLAIN ANALYZE select count(*) from spans",
      "summarize select 1 as a",
      "select table_name from duckdb_tables()",
      "select * from information_schema.columns",
      "with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select sum(n) from t",
      "select list_transform([1, 2], lambda x: x + 1)",
      "from spans select count(*)",
      "with summary as (select 1), read_counts as (select 2), query as (select 3) from summary, read_counts, query",
      "select 1 as limited limit $n",
    ]) {
      expect([sql, await codeOf(store.queryForeign(sql, { ...OPTIONS, parameters: { n: 1 } }))]).toEqual([
        sql,
        "no error",
      ]);
    }
  });

  test("a sort that is larger than the memory limit spills beside the file and leaves nothing there", async () => {
    const store = await openDuckDbStore({ file, sqlFolder: SQL_FOLDER, memoryLimit: "64MB" });
    stores.push(store);
    const words = "select md5(n::varchar) as word from range(1500000) as t(n)";
    const sorted = rowsOf(store, `select count(*), min(word) from (${words} order by word limit 1400000)`);
    let spilled = false;
    const watch = setInterval(() => {
      spilled ||= existsSync(`${file}.tmp`);
    }, 10);
    const smallest = await rowsOf(store, `select min(word) from (${words})`);
    expect(await sorted).toEqual([[1_400_000, ...(smallest[0] ?? [])]]);
    clearInterval(watch);
    expect(spilled).toBe(true);
    await store.close();
    expect(await readdir(folder)).toEqual(["phasewise.duckdb"]);
  });

  test("more queries than may run at once wait, and one whose time is over leaves the queue", async () => {
    const store = await open();
    const slow = "select count(*) from range(100000) a, range(100000) b, range(10000) c";
    const running = [1, 2, 3].map(async () => await codeOf(store.query(slow, { timeoutMs: 700, maxRows: 1 })));
    const impatient = codeOf(store.query("select 1", { timeoutMs: 100, maxRows: 1 }));
    const patient = store.query("select 1", { timeoutMs: 20_000, maxRows: 1 });
    expect(await impatient).toBe("QUERY_TIMEOUT");
    expect((await patient).rows).toEqual([[1]]);
    expect(await Promise.all(running)).toEqual(["QUERY_TIMEOUT", "QUERY_TIMEOUT", "QUERY_TIMEOUT"]);
  });

  test("after closing, everything is answered with STORE_UNAVAILABLE", async () => {
    const store = await open();
    const last = store.load(batch({ spans: [span({ span: 1 })] }), 1n, settle);
    const closed = store.close();
    await last;
    await closed;
    expect(await codeOf(store.query("select 1", OPTIONS))).toBe("STORE_UNAVAILABLE");
    expect(await codeOf(store.load(batch({}), 2n, settle))).toBe("STORE_UNAVAILABLE");
    expect(await rowsOf(await open(), "select count(*) from spans")).toEqual([[1]]);
  });

  test("times of zero, an end before the start and times at the end of 64 bits are kept", async () => {
    const store = await open();
    const last = 2n ** 64n - 1n;
    await store.load(
      batch({
        spans: [
          span({ span: 1, start: 0n, end: seconds(1) }),
          span({ span: 2, start: seconds(2), end: seconds(1) }),
          span({ span: 3, start: last, end: last }),
        ],
        logs: [log({ id: 1, at: 0n })],
        metricPoints: [point(1, 1.5)],
      }),
      1n,
      settle,
    );
    const sql = "select duration_ms, started_at, end_unix_nano from spans order by span_id";
    expect(await rowsOf(store, sql)).toEqual([
      [null, "1970-01-01T00:00:00.000Z", seconds(1)],
      [null, "2026-11-01T00:00:02.000Z", seconds(1)],
      [0, "2554-07-21T23:34:33.709551Z", last],
    ]);
  });

  test("loading goes on as fast with history as without, and a known trace is still found", async () => {
    const store = await open();
    const took: number[] = [];
    for (let number = 0; number < 12; number += 1) {
      const spans = Array.from({ length: 1000 }, (_, at) =>
        genAiSpan(number * 10 + Math.floor(at / 100), number * 1000 + at, seconds(number)),
      );
      const before = process.cpuUsage();
      await store.load(batch({ spans }), BigInt(number + 1), settle);
      const { user, system } = process.cpuUsage(before);
      took.push(user + system);
    }
    const median = (values: readonly number[]) => values.toSorted((one, other) => one - other)[1] ?? 0;
    expect(median(took.slice(-3))).toBeLessThan(3 * median(took.slice(1, 4)));
    expect(await store.load(batch({ spans: [genAiSpan(3, 300, seconds(0))] }), 13n, settle)).toMatchObject({
      spans: 0,
    });
  });
});
