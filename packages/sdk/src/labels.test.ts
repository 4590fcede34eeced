import { propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { uuidV7 } from "./ids.ts";
import { labelsOf, mergeLabels, setLabels } from "./labels.ts";
import { readOptions } from "./options.ts";
import { setSdkState } from "./state.ts";

const labels = { "phasewise.run.id": "1", "phasewise.phase.name": "p", "phasewise.phase.entry": 3 };

function withOption(baggage: boolean): void {
  setSdkState({ options: readOptions({}, { baggage }), flush: () => Promise.resolve() });
}

describe("labels", () => {
  afterEach(() => setSdkState(undefined));

  it("change by a patch, in which undefined takes one away", () => {
    expect(mergeLabels(labels, { "phasewise.phase.name": undefined, "session.id": "s" })).toEqual({
      "phasewise.run.id": "1",
      "phasewise.phase.entry": 3,
      "session.id": "s",
    });
  });

  it("stay out of baggage, which leaves the machine, unless asked for", () => {
    withOption(false);
    expect(propagation.getBaggage(setLabels(ROOT_CONTEXT, labels))).toBeUndefined();
  });

  it("go through baggage to the next service when asked for", () => {
    withOption(true);
    const sent = propagation.getBaggage(setLabels(ROOT_CONTEXT, labels));
    if (sent === undefined) throw new Error("no baggage was written");
    const received = propagation.setBaggage(ROOT_CONTEXT, sent.setEntry("other", { value: "x" }));
    expect(labelsOf(received)).toEqual(labels);
    withOption(false);
    expect(labelsOf(received)).toEqual({});
  });
});

describe("uuidV7", () => {
  it("has version and variant, the time in front, and sorts by it", () => {
    const ids = [0, 1, 1_795_000_000_000, 2 ** 48 - 1].map((time) => uuidV7(time));
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...ids].sort()).toEqual(ids);
    expect(ids[2]?.replace("-", "").slice(0, 12)).toBe((1_795_000_000_000).toString(16).padStart(12, "0"));
  });
});
