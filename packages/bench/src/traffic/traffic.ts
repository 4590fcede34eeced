/** Traffic of one kind: a story cut into request bodies, and what a store must hold after any part of it was sent. */
import { priceOf } from "@phasewise/providers";
import { encodeLogsJson, encodePointsJson, encodeSpansJson } from "./json.ts";
import type { ModelCallFacts, Story } from "./model.ts";
import type { Piece } from "./piece.ts";
import { encodeLogs, encodePoints, encodeSpans } from "./protobuf.ts";
import { tellStory } from "./story.ts";
import { createTemplate, type Template } from "./template.ts";

/** What is sent. */
export interface TrafficOptions {
  readonly seed: number;
  /** Spans of one cycle, at least. */
  readonly spansPerCycle: number;
  readonly spansPerRequest: number;
  /** Logs and metrics beside the spans. */
  readonly mix: boolean;
  readonly encoding: "protobuf" | "json";
  /** Share of the calls whose prompt and answer are captured. */
  readonly content: number;
  /** The runs of a cycle start within so many milliseconds. */
  readonly spreadMs: number;
}

/** What is sent when nothing else is asked for: 16 bodies of 512 spans a cycle. */
export const PLAIN_TRAFFIC: TrafficOptions = {
  seed: 1,
  spansPerCycle: 8192,
  spansPerRequest: 512,
  mix: false,
  encoding: "protobuf",
  content: 0,
  spreadMs: 60_000,
};

/** One request of a cycle. */
export interface Body {
  readonly signal: "traces" | "logs" | "metrics";
  readonly template: Template;
  readonly items: number;
  /** Calls of the story that the body has evidence of. */
  readonly calls: readonly number[];
}

/** The bodies of a cycle in the order in which a sender sends them. */
export interface Traffic {
  readonly options: TrafficOptions;
  readonly story: Story;
  readonly bodies: readonly Body[];
  readonly largestBytes: number;
}

/** Bodies acknowledged per sender. A sender goes on to its next body only after the one before was acknowledged. */
export type Progress = ReadonlyMap<number, number>;

/** What a store must hold. Money is whole 1e-12 USD. */
export interface Expected {
  readonly requests: number;
  readonly spans: number;
  readonly logs: number;
  readonly points: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costPicoUsd: bigint;
}

const LOGS_PER_REQUEST = 256;
const POINTS_PER_REQUEST = 1024;

/** Encodes the traffic. Takes a second or so; sending costs little after that. */
export function createTraffic(options: TrafficOptions): Traffic {
  const story = tellStory({
    seed: options.seed,
    spans: options.spansPerCycle,
    spreadMs: options.spreadMs,
    content: options.content,
  });
  const { origins } = story;
  const json = options.encoding === "json";
  const body = (
    signal: Body["signal"],
    piece: Piece,
    items: readonly { readonly call?: number | undefined }[],
  ): Body => ({
    signal,
    template: createTemplate(piece),
    items: items.length,
    calls: [...new Set(items.flatMap((item) => (item.call === undefined ? [] : [item.call])))],
  });
  const traces = parts(story.spans, options.spansPerRequest).map((spans) =>
    body("traces", (json ? encodeSpansJson : encodeSpans)(origins, spans), spans),
  );
  if (!options.mix) return finish(options, story, traces);
  const logs = parts(story.logs, LOGS_PER_REQUEST).map((records) =>
    body("logs", (json ? encodeLogsJson : encodeLogs)(origins, records), records),
  );
  const metrics = parts(story.points, POINTS_PER_REQUEST).map((points) =>
    body(
      "metrics",
      (json ? encodePointsJson : encodePoints)(origins, points),
      points.map(() => ({})),
    ),
  );
  return finish(options, story, interleave([traces, logs, metrics]));
}

function finish(options: TrafficOptions, story: Story, bodies: readonly Body[]): Traffic {
  return { options, story, bodies, largestBytes: Math.max(...bodies.map((body) => body.template.bytes)) };
}

function parts<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
}

/** Each list keeps its order; all are spread evenly over the whole. */
function interleave(lists: readonly (readonly Body[])[]): readonly Body[] {
  return lists
    .flatMap((list) => list.map((body, index) => ({ body, at: (index + 0.5) / list.length })))
    .toSorted((one, other) => one.at - other.at)
    .map(({ body }) => body);
}

/** What a store must hold after so much was acknowledged, whatever was sent more than once. */
export function expectedOf(traffic: Traffic, progress: Progress, beginUnixMs: number): Expected {
  const sum = { requests: 0, spans: 0, logs: 0, points: 0, calls: 0, inputTokens: 0, outputTokens: 0, costPicoUsd: 0n };
  for (const sent of progress.values()) {
    const cycles = Math.floor(sent / traffic.bodies.length);
    for (const [bodies, times] of [
      [traffic.bodies, cycles],
      [traffic.bodies.slice(0, sent % traffic.bodies.length), 1],
    ] as const) {
      const part = expectedOfBodies(traffic, bodies, beginUnixMs);
      for (const name of ["requests", "spans", "logs", "points", "calls", "inputTokens", "outputTokens"] as const) {
        sum[name] += part[name] * times;
      }
      sum.costPicoUsd += part.costPicoUsd * BigInt(times);
    }
  }
  return sum;
}

/** What some bodies of one cycle come to. */
export function expectedOfBodies(traffic: Traffic, bodies: readonly Body[], beginUnixMs: number): Expected {
  const items = (signal: Body["signal"]): number =>
    bodies.reduce((sum, body) => (body.signal === signal ? sum + body.items : sum), 0);
  const numbers = new Set(bodies.flatMap((body) => body.calls));
  const calls = traffic.story.calls.filter((_, number) => numbers.has(number));
  return {
    requests: bodies.length,
    spans: items("traces"),
    logs: items("logs"),
    points: items("metrics"),
    calls: calls.length,
    inputTokens: calls.reduce((sum, call) => sum + inputOf(call), 0),
    outputTokens: calls.reduce((sum, call) => sum + call.outputTokens, 0),
    costPicoUsd: calls.reduce((sum, call) => sum + costOf(call, beginUnixMs), 0n),
  };
}

function inputOf(call: ModelCallFacts): number {
  return call.uncachedInputTokens + call.cacheReadTokens + call.cacheWrite5mTokens + call.cacheWrite1hTokens;
}

function costOf(call: ModelCallFacts, beginUnixMs: number): bigint {
  if (call.status === "error") return 0n;
  const answer = priceOf({
    provider: "anthropic",
    model: call.model,
    atUnixMs: beginUnixMs + call.start / 1e6,
    usage: {
      uncachedInputTokens: call.uncachedInputTokens,
      cacheReadTokens: call.cacheReadTokens,
      cacheWrite5mTokens: call.cacheWrite5mTokens,
      cacheWrite1hTokens: call.cacheWrite1hTokens,
      cacheWriteUnknownTokens: 0,
      outputTokens: call.outputTokens,
      webSearchRequests: 0,
    },
  });
  if (!answer.priced) throw new Error(`${call.model} has no price: ${answer.reason}`);
  return answer.costPicoUsd;
}
