import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { childVariables, inheritedContext } from "./child-environment.ts";
import { labelsOf, setLabels } from "./labels.ts";

const span = { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 };
const TRACEPARENT = `00-${span.traceId}-${span.spanId}-01`;
const inside = setLabels(trace.setSpanContext(ROOT_CONTEXT, span), {
  "phasewise.run.name": "a, b=c é",
  "phasewise.phase.entry": 2,
});

describe("childVariables", () => {
  it("says nothing outside of everything", () => {
    expect(childVariables({ PATH: "/bin" }, {}, context.active())).toEqual({});
  });

  it("gives a child the active span and percent-encoded labels", () => {
    expect(childVariables({}, {}, inside)).toEqual({
      TRACEPARENT,
      OTEL_RESOURCE_ATTRIBUTES: "phasewise.run.name=a%2C%20b%3Dc%20%C3%A9,phasewise.phase.entry=2",
    });
  });

  it("replaces what this process inherited, and keeps what the caller set", () => {
    const own = { TRACEPARENT: "old", TRACESTATE: "v=1", OTEL_RESOURCE_ATTRIBUTES: "phasewise.agent.name=old,team=x" };
    expect(childVariables(own, own, inside)).toEqual({
      TRACEPARENT,
      TRACESTATE: "",
      OTEL_RESOURCE_ATTRIBUTES: "team=x,phasewise.run.name=a%2C%20b%3Dc%20%C3%A9,phasewise.phase.entry=2",
    });
    const set = { TRACEPARENT: "mine", OTEL_RESOURCE_ATTRIBUTES: "phasewise.run.name=mine" };
    expect(childVariables(set, own, inside)).toEqual({
      OTEL_RESOURCE_ATTRIBUTES: "phasewise.run.name=mine,phasewise.phase.entry=2",
    });
  });

  it("leaves malformed resource attributes alone, and leaves out labels that would make them so", () => {
    expect(childVariables({ OTEL_RESOURCE_ATTRIBUTES: "a=b=c" }, {}, inside)).toEqual({ TRACEPARENT });
    const long = setLabels(ROOT_CONTEXT, { "phasewise.run.name": "x".repeat(256), "session.id": "s" });
    expect(childVariables({}, {}, long)).toEqual({ OTEL_RESOURCE_ATTRIBUTES: "session.id=s" });
  });

  it("is read back by the child as the same trace and labels", () => {
    const read = inheritedContext(childVariables({}, {}, inside));
    expect(trace.getSpanContext(read)).toMatchObject({ ...span, isRemote: true });
    expect(labelsOf(read)).toEqual(labelsOf(inside));
  });
});

describe("inheritedContext", () => {
  it("takes nothing from variables that are broken or not ours", () => {
    const read = inheritedContext({ TRACEPARENT: "00-zz-1-1", OTEL_RESOURCE_ATTRIBUTES: "phasewise.run.id=%E0%A4%A" });
    expect(trace.getSpanContext(read)).toBeUndefined();
    expect(labelsOf(read)).toEqual({});
    expect(labelsOf(inheritedContext({ OTEL_RESOURCE_ATTRIBUTES: "team=x,phasewise.phase.entry=-1" }))).toEqual({});
  });
});
