import { expect, test } from "vitest";
import { COUNTERS, GAUGES, createCounters } from "../self-metrics.ts";
import { toPrometheus } from "./metrics.ts";

test("counters and gauges of both processes come with help, type, process and reason", () => {
  const front = createCounters();
  front.add("requests_accepted", 3);
  front.add("requests_refused", 2, "DISK_LOW");
  const store = createCounters();
  store.add("journal_damaged");
  const text = toPrometheus({ front: { ...front.snapshot(), in_flight_bytes: 7 }, store: store.snapshot() });
  expect(text).toContain(
    "# HELP phasewise_requests_accepted_total requests that were acknowledged\n" +
      "# TYPE phasewise_requests_accepted_total counter\n" +
      'phasewise_requests_accepted_total{process="front"} 3\n',
  );
  expect(text).toContain('phasewise_requests_refused_total{process="front",reason="DISK_LOW"} 2\n');
  expect(text).toContain('phasewise_journal_damaged_total{process="store"} 1\n');
  expect(text).toContain('# TYPE phasewise_in_flight_bytes gauge\nphasewise_in_flight_bytes{process="front"} 7\n');
});

test("every line is a comment or a sample, and every family is described once", () => {
  const counters = createCounters();
  counters.add("requests_refused", 1, 'odd "reason" \\ with\nall');
  const lines = toPrometheus({ front: counters.snapshot(), store: {} }).trimEnd().split("\n");
  for (const line of lines) {
    expect(line).toMatch(
      /^(?:# HELP [a-z_]+ .+|# TYPE [a-z_]+ (?:counter|gauge)|[a-z_]+\{(?:[a-z]+="[^\n]*",?)+\} \d+)$/,
    );
  }
  const types = lines.filter((line) => line.startsWith("# TYPE"));
  expect(types).toHaveLength(Object.keys(COUNTERS).length + Object.keys(GAUGES).length);
  expect(lines.find((line) => line.includes("odd"))).toContain('reason="odd \\"reason\\" \\\\ with\\nall"');
});
