import { createHash } from "node:crypto";
import type { MessageCreateParams } from "@anthropic-ai/sdk/resources/messages";
import {
  cut,
  error,
  hang,
  midStreamError,
  refusal,
  slow,
  text,
  thinking,
  together,
  toolUse,
  webSearch,
  withUsage,
  type ErrorType,
  type MessageReply,
  type Reply,
  type Script,
} from "./reply.ts";
import { lastUserText, textOf, toolNames, type MessagesRequest } from "./request.ts";
import { exampleOf } from "./structured.ts";
import type { Charge } from "./usage.ts";

/** One instruction to the double inside a prompt or the `x-double` header, e.g. `[[status:529]]`. */
export interface Marker {
  readonly name: string;
  readonly argument: string;
  /** Nothing stands between this marker and the one before it: tools that touch are called together. */
  readonly touchesPrevious: boolean;
}

const NAMES = "tool|agent|status|text|thinking|search|slow|pace|cut|midstream|hang|refusal|usage|stop";

/** Reads the markers of a text in their order. A marker inside another one's argument belongs to that argument. */
export function readMarkers(source: string): readonly Marker[] {
  const opening = new RegExp(`\\[\\[(${NAMES})(?=[:\\]])`, "g");
  const markers: Marker[] = [];
  let previousEnd = -1;
  for (let match = opening.exec(source); match !== null; match = opening.exec(source)) {
    const name = match[1] ?? "";
    const from = opening.lastIndex;
    const end = findEnd(source, from, name);
    if (end === undefined) continue;
    const argument = source.slice(from, end).replace(/^:/, "");
    markers.push({ name, argument, touchesPrevious: match.index === previousEnd });
    previousEnd = end + 2;
    opening.lastIndex = previousEnd;
  }
  return markers;
}

/** Where the marker's closing brackets begin: brackets nest, and those of a tool's JSON may close more than they open. */
function findEnd(source: string, from: number, name: string): number | undefined {
  let depth = 1;
  for (let at = from; at < source.length - 1; at += 1) {
    const pair = source.slice(at, at + 2);
    if (pair === "[[") {
      depth += 1;
      at += 1;
    } else if (pair === "]]") {
      depth -= 1;
      const whole = name === "tool" ? isJson(toolArgument(source.slice(from + 1, at)).json) : depth <= 0;
      if (whole) return at;
      if (name !== "tool") at += 1;
    }
  }
  return undefined;
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

function toolArgument(argument: string): { readonly tool: string; readonly json: string } {
  const space = argument.search(/[\s{]/);
  if (space === -1) return { tool: argument, json: "{}" };
  return { tool: argument.slice(0, space), json: argument.slice(space).trim() || "{}" };
}

/**
 * The script that does what the markers say. Tool and agent markers fire one after the other, a step for each answer
 * that the conversation already holds; `status` markers fire once for each distinct prompt, before anything else.
 */
export function markerScript(): Script {
  const fired = new Map<string, number>();
  return (request) => {
    const found = findMarkers(request);
    const failure = takeFailure(found, request.body, fired);
    if (failure !== undefined) return failure;
    if (found.markers.some((marker) => marker.name === "hang" && marker.argument === "")) return hang();
    return applyManners(found.markers, answer(found, request.body));
  };
}

interface FoundMarkers {
  readonly markers: readonly Marker[];
  /** What the markers were found in, to tell prompts apart. */
  readonly source: string;
  /** Answers that the conversation already holds after the markers. */
  readonly answered: number;
}

function findMarkers(request: MessagesRequest): FoundMarkers {
  const header = request.headers["x-double"];
  if (header !== undefined) return { markers: readMarkers(header), source: header, answered: 0 };
  const { messages } = request.body;
  const at = messages.findLastIndex((message) => message.role === "user" && readMarkers(textOf(message)).length > 0);
  const holder = messages[at];
  if (holder === undefined) return { markers: [], source: "", answered: 0 };
  const source = textOf(holder);
  const answered = messages.slice(at + 1).filter((message) => message.role === "assistant").length;
  return { markers: readMarkers(source), source, answered };
}

/** `[[status:529]]` fails one request, `[[status:529x3]]` three, `[[status:400x*]]` all; `[[status:429,2]]` says when to retry. */
function takeFailure(found: FoundMarkers, body: MessageCreateParams, fired: Map<string, number>): Reply | undefined {
  if (found.answered > 0) return undefined;
  for (const [index, marker] of found.markers.entries()) {
    const match = marker.name === "status" ? /^(\d{3})(?:x(\d+|\*))?(?:,(\d+))?$/.exec(marker.argument) : null;
    if (match === null) continue;
    const times = match[2] === "*" ? Number.POSITIVE_INFINITY : Number(match[2] ?? 1);
    const identity = JSON.stringify([index, found.source, body.model, toolNames(body).length > 0]);
    const key = createHash("sha256").update(identity).digest("hex");
    const count = fired.get(key) ?? 0;
    if (count >= times) continue;
    fired.set(key, count + 1);
    return error(Number(match[1]), match[3] === undefined ? {} : { retryAfterSeconds: Number(match[3]) });
  }
  return undefined;
}

function answer(found: FoundMarkers, body: MessageCreateParams): MessageReply {
  const format = body.output_config?.format;
  if (format?.type === "json_schema") return text(JSON.stringify(exampleOf(format.schema)));

  const offered = toolNames(body);
  const steps = toSteps(found.markers, offered);
  const step = steps[found.answered];
  if (step !== undefined) return step.map((marker) => toCall(marker, offered)).reduce(together);

  const searched = found.markers.find((marker) => marker.name === "search");
  const said = found.markers.find((marker) => marker.name === "text")?.argument;
  const closing = said ?? (steps.length > 0 ? "All the work that was asked for is done." : echo(body));
  return searched === undefined ? text(closing) : webSearch(searched.argument, closing);
}

/** Calls of tools that the request does not offer are left out: side requests repeat the prompt without its tools. */
function toSteps(markers: readonly Marker[], offered: readonly string[]): readonly (readonly Marker[])[] {
  const steps: Marker[][] = [];
  for (const marker of markers) {
    if (!isCall(marker, offered)) continue;
    const current = steps.at(-1);
    if (marker.touchesPrevious && current !== undefined) current.push(marker);
    else steps.push([marker]);
  }
  return steps;
}

function isCall(marker: Marker, offered: readonly string[]): boolean {
  if (marker.name === "agent") return agentTool(offered) !== undefined;
  return marker.name === "tool" && offered.includes(toolArgument(marker.argument).tool);
}

function agentTool(offered: readonly string[]): string | undefined {
  return ["Agent", "Task"].find((name) => offered.includes(name));
}

function toCall(marker: Marker, offered: readonly string[]): MessageReply {
  if (marker.name === "tool") {
    const { tool, json } = toolArgument(marker.argument);
    return toolUse(tool, JSON.parse(json));
  }
  const [type = "general-purpose"] = marker.argument.split(/\s/, 1);
  const prompt = marker.argument.slice(type.length).trim();
  const input = { description: "Do the sub job", prompt, subagent_type: type, run_in_background: false };
  return toolUse(agentTool(offered) ?? "Agent", input);
}

function echo(body: MessageCreateParams): string {
  const words = lastUserText(body).replace(/\s+/g, " ").trim();
  return words === "" ? "Understood." : `Understood: ${words.slice(0, 120)}`;
}

function applyManners(markers: readonly Marker[], reply: MessageReply): Reply {
  let current: MessageReply = reply;
  for (const { name, argument } of markers) {
    if (name === "thinking") current = thinking(argument || "Let me look at this from both sides first.", current);
    if (name === "slow") current = slow(current, { firstByteMs: Number(argument) });
    if (name === "pace") current = slow(current, { eventMs: Number(argument) });
    if (name === "cut") current = cut(current, Number(argument || 3));
    if (name === "midstream") current = midStreamError(current, (argument || "overloaded_error") as ErrorType);
    if (name === "hang") current = hang(current, Number(argument));
    if (name === "stop") current = { ...current, stopReason: argument as NonNullable<MessageReply["stopReason"]> };
    if (name === "usage") current = withUsage(current, JSON.parse(argument) as Partial<Charge>);
    if (name === "refusal") {
      const category = (argument || "general_harms") as Parameters<typeof refusal>[0];
      current = refusal(category, "The double refuses, as it was asked to.");
    }
  }
  return current;
}
