import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isPhasewiseError } from "../../errors.ts";
import { prepareForeign } from "./gate.ts";

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
  await connection.run("create table calls (n bigint, name varchar, made_at timestamp)");
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

async function verdict(sql: string, parameters: Readonly<Record<string, string | number>> = {}): Promise<string> {
  try {
    (await prepareForeign(connection, sql, parameters)).destroySync();
    return "allowed";
  } catch (error) {
    return isPhasewiseError(error) ? error.code : String(error);
  }
}

test.each([
  "select lpad(name, 10, ' '), rpad(name, 40, '.'), lpad(n::varchar, 5, '0'), lpad(name, 80, ' ') from calls",
  "select range(24), generate_series(1, 60)",
  "select unnest(range(0, 8760))",
  "select unnest(generate_series(timestamp '2026-01-01', timestamp '2026-02-01', interval 1 hour))",
  "select unnest(generate_series(date '2026-01-01', date '2026-12-31', interval '1 day'))",
  "select unnest(generate_series(date_trunc('hour', now()) - interval 24 hour, now(), interval 5 minutes))",
  "select unnest(range(current_date - interval 30 days, current_date, interval 1 day))",
  "select unnest(range(10, 0, -1)), range('5'::int)",
  "select repeat('#', least(n, 50)), repeat('=', 20), bar(n, 0, 10, 30) from calls",
  "select format('{:>10} {:.2f}', name, 1.5), printf('%05d %s', n, name) from calls",
  "select count(*) from range(5000000)",
  "select h, count(n) from range(100000) t(h) left join calls on n = h group by h",
  "select * from (select min(made_at) a, max(made_at) z from calls) s, generate_series(a, z, interval 1 day) t(day)",
])("ordinary use is allowed: %s", async (sql) => {
  expect(await verdict(sql)).toBe("allowed");
});

test.each([
  "select len(range('200000000'::bigint))",
  "select len(range(cast('2e8' as double)::bigint))",
  "select range(20000 * 10000)",
  "select range(200000000)",
  "select range(-200000000, 0)",
  "select range(0, -200000000, -1)",
  "select range(12345678901234567890::hugeint)",
  "select range(n) from calls",
  "select range(greatest(n, 5)) from calls",
  "select range(least(n, null)) from calls",
  "select range(least(n, try_cast('5000' as tinyint))) from calls",
  "select range((select max(n) from calls))",
  "select range(length(name)) from calls",
  "select system.main.range(200000000)",
  "select (200000000).range()",
  "select generate_series(timestamp '2000-01-01', timestamp '2026-01-01', interval 1 second)",
  "select generate_series(timestamp '0001-01-01 (BC)', timestamp '2026-01-01', interval 1 day)",
  "select generate_series(min(made_at), max(made_at), interval 1 second) from calls",
  "select generate_series(timestamp '2026-01-01', current_date, interval 1 day) from (select timestamp '9999-01-01' as current_date)",
  "select generate_series(timestamp '2026-01-01', current_date, interval 1 day) from (select timestamp '9999-01-01') t(current_date)",
  "select lpad(name, '3000000000'::bigint::int, ' ') from calls",
  "select rpad('', n::int, ' ') from calls",
  "select repeat('x', 3000000000)",
  "select repeat(repeat('x', 5000), 5000)",
  "with a as (select repeat(name, 5000) as v from calls) select repeat(v, 5000) from a",
  "select list_transform(range(5000), x -> range(5000))",
  "select list_resize([1], 100000000), array_resize([1], 100000000)",
  "select format('{:>2000000000}', 1)",
  "select format('{:>{}}', 1, 2000000000)",
  "select format(name, 1) from calls",
  "select printf('%2000000000d', 1)",
  "select printf('%*d', 2000000000, 1)",
  "select bitstring('1', 2000000000)",
  "select bar(1, 0, 10, 2000000000)",
  "select equi_width_bins(0, 1000000000, 1000000000, false)",
  "explain analyze select len(range('200000000'::bigint))",
])("what may be large is refused: %s", async (sql) => {
  expect(await verdict(sql)).toBe("SQL_NOT_ALLOWED");
});

test("a parameter counts with the value that it is given", async () => {
  expect(await verdict("select range($n)", { n: 24 })).toBe("allowed");
  expect(await verdict("select range($n)", { n: 200_000_000 })).toBe("SQL_NOT_ALLOWED");
  expect(await verdict("select range($n::bigint)", { n: "200000000" })).toBe("SQL_NOT_ALLOWED");
  expect(await verdict("select range($n)")).toBe("SQL_NOT_ALLOWED");
});
