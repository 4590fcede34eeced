import { describe, expect, test } from "vitest";
import { COMMANDS } from "../src/commands/registry.ts";
import { PHASE_REPORT, REPORT_LIST, RUN_DETAIL, RUNS } from "./support/documents.ts";
import { startFakeCollector } from "./support/fake-collector.ts";
import { run } from "./support/run.ts";

const problem = (status: number, code: string, detail: string) => ({
  status,
  body: JSON.stringify({ type: "about:blank", title: code, status, code, detail }),
});

describe("report", () => {
  test("json is the API's document, byte for byte", async () => {
    const collector = await startFakeCollector(() => ({ body: PHASE_REPORT }));
    const { code, out } = await run(["report", "phase_report", "--format", "json"], {
      env: { PHASEWISE_URL: collector.url },
    });
    expect(code).toBe(0);
    expect(out).toBe(`${PHASE_REPORT}\n`);
  });

  test("csv keeps every digit and quotes as RFC 4180 says", async () => {
    const collector = await startFakeCollector(() => ({ body: PHASE_REPORT }));
    const { out } = await run(["report", "phase_report", "--format", "csv", "--url", collector.url]);
    const lines = out.split("\r\n");
    expect(lines[0]).toBe("phase,entries,model_calls,output_tokens,cost_usd,duration_ms,error_ratio,last_seen_at");
    expect(lines[1]).toBe(
      "analysis,12,48,12345678901234567890,1234.567890123456789012,184000,0.0625,2026-11-20T23:30:00.000Z",
    );
    expect(lines[2]).toBe('"scan, ""fast""",3,3,901,0.0000000015,820,0,');
  });

  test("a table is grouped, has units, and never shows small money as nothing", async () => {
    const collector = await startFakeCollector(() => ({ body: PHASE_REPORT }));
    const { out } = await run(["report", "phase_report", "--url", collector.url], { columns: 200 });
    const [head = "", first = "", second = ""] = out.split("\n");
    expect(head).toContain("cost USD");
    expect(head).toContain("last seen (UTC)");
    expect(first).toContain("12,345,678,901,234,567,890");
    expect(first).toContain("1,234.56789");
    expect(first).toContain("3 min 4 s");
    expect(first).toContain("6.3 %");
    expect(first).toContain("2026-11-20 23:30:00");
    expect(second).toContain("<0.000001");
    expect(second).toContain("820 ms");
    expect(out).not.toContain("do not fit");
    const end = head.indexOf("cost USD") + "cost USD".length;
    expect([first[end - 1], second[end - 1]], "amounts end under their heading").toEqual(["9", "1"]);
  });

  test("a narrow terminal shows the important columns and names the others", async () => {
    const collector = await startFakeCollector(() => ({ body: PHASE_REPORT }));
    const { out } = await run(["report", "phase_report", "--url", collector.url], { columns: 52 });
    const [head] = out.split("\n");
    expect(head).toMatch(/phase +model calls +cost USD +duration/);
    expect(out).toMatch(/\d+ more with --all-columns: [a-z0-9_]+/);
    for (const line of out.split("\n").slice(0, 3)) expect(line.length).toBeLessThanOrEqual(52);
    const all = await run(["report", "phase_report", "--all-columns", "--url", collector.url], { columns: 52 });
    expect(all.out).toContain("last seen");
  });

  test("every filter becomes a parameter and the token is shown", async () => {
    const collector = await startFakeCollector(() => ({ body: PHASE_REPORT }));
    const flags = "--since 7d --until 1h --tz Europe/Berlin --run-name a --phase b --agent c --model d --service e";
    await run(["report", "model_report", ...flags.split(" "), "--session", "f", "--user", "g h", "--param", "top=3"], {
      env: { PHASEWISE_URL: `${collector.url}/`, PHASEWISE_TOKEN: "s3cret" },
    });
    const [seen] = collector.seen;
    const url = new URL(seen?.url ?? "", "http://x");
    expect(url.pathname).toBe("/api/reports/model_report");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      top: "3",
      since: "7d",
      until: "1h",
      tz: "Europe/Berlin",
      run_name: "a",
      phase: "b",
      agent: "c",
      model: "d",
      service: "e",
      session: "f",
      user: "g h",
    });
    expect(seen?.authorization).toBe("Bearer s3cret");
  });

  test("without a name the reports are listed with their own parameters", async () => {
    const collector = await startFakeCollector(() => ({ body: REPORT_LIST }));
    const { out } = await run(["report", "--url", collector.url]);
    expect(out).toContain("phase_report  Phases");
    expect(out).toContain("--param top=...  Most rows.");
    expect(out).not.toContain("--param since");
  });

  test("markdown escapes what would break the table", async () => {
    const collector = await startFakeCollector(() => ({ body: PHASE_REPORT.replace("analysis", "a|b") }));
    const { out } = await run(["report", "phase_report", "--format", "markdown", "--url", collector.url]);
    expect(out.split("\n")[1]).toMatch(/^\| --- \| ---: \|/);
    expect(out).toContain("| a\\|b | 12 |");
  });

  test("an unknown time zone is wrong usage before anything is asked", async () => {
    const { code, err } = await run(["report", "phase_report", "--tz", "Mars/Base"]);
    expect(code).toBe(2);
    expect(err).toContain('expected an IANA time zone, got "Mars/Base"');
  });
});

describe("runs and run", () => {
  test("stored text cannot steer the terminal", async () => {
    const collector = await startFakeCollector(() => ({ body: RUNS }));
    const { out } = await run(["runs", "--status", "failed", "--url", collector.url], { columns: 200 });
    expect(collector.seen[0]?.url).toBe("/api/runs?status=failed");
    expect(out).toContain("backtest\u{FFFD}[31m failed");
    expect(out).not.toContain("\u001B");
  });

  test("a run is told as facts and tables", async () => {
    const collector = await startFakeCollector(() => ({ body: RUN_DETAIL }));
    const { out } = await run(["run", "r/1", "--url", collector.url]);
    expect(collector.seen[0]?.url).toBe("/api/runs/r%2F1");
    expect(out).toContain("cost USD  0.006915");
    expect(out).toContain("Model calls\nnone");
    expect(out).not.toContain("git commit");
  });

  test("a status that does not exist is wrong usage", async () => {
    const { code, err } = await run(["runs", "--status", "done"]);
    expect(code).toBe(2);
    expect(err).toContain("Allowed choices are running, succeeded, failed, cancelled, lost");
  });
});

describe("sql", () => {
  test("statement from stdin, typed parameters", async () => {
    const collector = await startFakeCollector(() => ({ body: PHASE_REPORT }));
    const { code } = await run(["sql", "-", "--param", "n=5", "--param", "id=007", "--url", collector.url], {
      stdin: (async function* () {
        yield Buffer.from("select 'ä'").subarray(0, 9);
        yield Buffer.from("select 'ä'").subarray(9);
      })(),
    });
    expect(code).toBe(0);
    expect(JSON.parse(collector.seen[0]?.body ?? "")).toEqual({ sql: "select 'ä'", parameters: { n: 5, id: "007" } });
  });

  test("an error of the database is told in its own words", async () => {
    const collector = await startFakeCollector(() => problem(400, "SQL_FAILED", "no such column: phse"));
    const { code, err, out } = await run(["sql", "select phse", "--url", collector.url]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe("error: SQL_FAILED: no such column: phse\n");
  });
});

describe("exit codes and help", () => {
  test("3 when nobody listens, with what to do", async () => {
    const { code, err } = await run(["runs", "--url", "http://127.0.0.1:9"]);
    expect(code).toBe(3);
    expect(err).toContain("No collector answers at http://127.0.0.1:9 (");
    expect(err).toContain("phasewise serve");
  });

  test("3 when the store is starting, 2 for an unknown report, 1 for a wrong token", async () => {
    const answers = [
      [problem(503, "STORE_UNAVAILABLE", "The store is starting."), 3],
      [problem(404, "REPORT_UNKNOWN", "There is no report x."), 2],
      [problem(401, "UNAUTHORIZED", "A bearer token is required."), 1],
    ] as const;
    for (const [answer, expected] of answers) {
      const collector = await startFakeCollector(() => answer);
      expect((await run(["report", "x", "--url", collector.url])).code).toBe(expected);
    }
  });

  test("every command teaches with examples that start with a command line", async () => {
    expect(new Set(COMMANDS.map((command) => command.usage)).size).toBe(COMMANDS.length);
    for (const command of COMMANDS) {
      const { code, out } = await run([command.usage.replace(/ .*/, ""), "--help"]);
      expect(code).toBe(0);
      expect(out).toContain("Examples:");
      expect(command.examples.length).toBeGreaterThan(0);
    }
  });

  test("an unknown command or URL is wrong usage", async () => {
    expect((await run(["reprot"])).code).toBe(2);
    expect((await run(["runs", "--url", "localhost"])).code).toBe(2);
    expect((await run([])).out).toContain("First steps:");
    expect((await run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("colours only on a terminal, and never with NO_COLOR", async () => {
    const collector = await startFakeCollector(() => ({ body: PHASE_REPORT }));
    const argv = ["report", "phase_report", "--url", collector.url];
    expect((await run(argv, { isTTY: true })).out).toContain("\u001B[");
    expect((await run(argv, { isTTY: true, env: { NO_COLOR: "1" } })).out).not.toContain("\u001B[");
    expect((await run(argv)).out).not.toContain("\u001B[");
  });
});

describe("serve", () => {
  test("hands the given flags to the collector and takes over its exit code", async () => {
    let seen: readonly string[] = [];
    const startCollector = async (argv: readonly string[]): Promise<number> => {
      seen = argv;
      return 1;
    };
    const { code } = await run(["serve", "--web-port", "0", "--data", "/tmp/x y"], { startCollector });
    expect(seen).toEqual(["--data=/tmp/x y", "--web-port=0"]);
    expect(code).toBe(1);
  });

  test("its help has every setting with its variable", async () => {
    const { out } = await run(["serve", "--help"]);
    expect(out).toContain("--otlp-grpc-port <port>");
    expect(out.replaceAll(/\s+/g, " ")).toContain("[PHASEWISE_OTLP_GRPC_PORT, default 4317]");
  });
});
