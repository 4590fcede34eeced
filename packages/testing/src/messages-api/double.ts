import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sendError, sendJson, sendStream, sendWhole, untilClosed, type Sent } from "./answer.ts";
import { openIdSource, type IdSource } from "./ids.ts";
import { priceEntry, toLedger, type Ledger, type LedgerEntry } from "./ledger.ts";
import { markerScript } from "./markers.ts";
import { composeMessage } from "./message.ts";
import { listModels } from "./models.ts";
import { answeringModel, servedModel } from "./price-table.ts";
import { countInputTokens, openPromptCache, type PromptCache } from "./prompt-cache.ts";
import { error, errorTypeOf, type ErrorReply, type MessageReply, type Reply, type Script } from "./reply.ts";
import { parseBody, type MessagesRequest } from "./request.ts";
import { NO_CHARGE } from "./usage.ts";

/** Settings of a double. */
export interface MessagesApiOptions {
  /** Chooses what each request is answered; without it the markers in the prompt or the `x-double` header do. */
  readonly script?: Script;
  /** What all ids are made from. Default `double`; two doubles behind one collector need two seeds. */
  readonly seed?: string;
  /** The only key that is let in. Without it any key is. */
  readonly apiKey?: string;
  /** Larger bodies get 413. Default 32 MiB, as the API's. */
  readonly maxBodyBytes?: number;
  /** Milliseconds since 1970, for the ledger and for prices that have a date. */
  readonly now?: () => number;
}

/** A running double of the Messages API. */
export interface MessagesApiDouble {
  /** For `baseURL` and `ANTHROPIC_BASE_URL`. */
  readonly url: string;
  /** Every request for a message so far, with what it was billed. */
  ledger(): Ledger;
  /** The requests for messages so far, in the order of the ledger's `index`. */
  requests(): readonly MessagesRequest[];
  /** Requests for anything but a message, e.g. `GET /v1/models`. */
  otherRequests(): readonly string[];
  /** Stops listening and breaks off what is open. */
  stop(): Promise<void>;
}

interface State {
  readonly options: MessagesApiOptions;
  readonly script: Script;
  readonly ids: IdSource;
  readonly cache: PromptCache;
  readonly now: () => number;
  readonly entries: LedgerEntry[];
  readonly requests: MessagesRequest[];
  readonly others: string[];
}

/** Starts a double on a free port of 127.0.0.1. */
export async function startMessagesApi(options: MessagesApiOptions = {}): Promise<MessagesApiDouble> {
  const state: State = {
    options,
    script: options.script ?? markerScript(),
    ids: openIdSource(options.seed ?? "double"),
    cache: openPromptCache(),
    now: options.now ?? Date.now,
    entries: [],
    requests: [],
    others: [],
  };
  const server = createServer((request, response) => {
    handle(state, request, response).catch((failure: unknown) => {
      // Also when a client leaves in the middle of its own request; nothing of it may end the process of the test.
      if (response.headersSent) response.destroy();
      else sendError(response, error(500, { message: String(failure) }), "req_failed");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    ledger: () => toLedger([...state.entries]),
    requests: () => [...state.requests],
    otherRequests: () => [...state.others],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = state.ids.next("req");
  response.setHeader("request-id", requestId);
  response.setHeader("anthropic-organization-id", "00000000-0000-4000-8000-000000000001");
  const path = new URL(request.url ?? "/", "http://double").pathname;
  const route = `${request.method ?? "GET"} ${path}`;
  const body = await readBody(request, state.options.maxBodyBytes ?? 32 * 1024 * 1024);

  if (route === "POST /v1/messages") {
    await handleMessages(state, request, response, { requestId, body });
    return;
  }
  state.others.push(route);
  const failure = findHeaderProblem(state, request) ?? findSizeProblem(body);
  if (failure !== undefined) {
    sendError(response, failure, requestId);
  } else if (route === "POST /v1/messages/count_tokens" && body !== undefined) {
    const parsed = parseBody(body, { needsMaxTokens: false });
    if ("problem" in parsed) sendError(response, error(400, { message: parsed.problem }), requestId);
    else sendJson(response, 200, { input_tokens: countInputTokens(parsed.body) });
  } else if (route === "GET /v1/models") {
    const data = listModels();
    sendJson(response, 200, { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null });
  } else if (request.method === "GET" && path.startsWith("/v1/models/")) {
    sendModel(response, decodeURIComponent(path.slice("/v1/models/".length)), requestId);
  } else if (request.method === "HEAD" && path === "/") {
    // Claude Code looks whether the host is there.
    response.writeHead(200).end();
  } else {
    sendError(response, error(404, { message: `Not found: ${route}` }), requestId);
  }
}

function sendModel(response: ServerResponse, id: string, requestId: string): void {
  const served = servedModel(id);
  const model = listModels().find((candidate) => served !== undefined && candidate.id === answeringModel(served));
  if (model === undefined) sendError(response, error(404, { message: `model: ${id}` }), requestId);
  else sendJson(response, 200, model);
}

interface Arrival {
  readonly requestId: string;
  /** Absent when it was too large. */
  readonly body: Buffer | undefined;
}

async function handleMessages(
  state: State,
  incoming: IncomingMessage,
  response: ServerResponse,
  arrival: Arrival,
): Promise<void> {
  const index = state.entries.length;
  const parsed = arrival.body === undefined ? undefined : parseBody(arrival.body, { needsMaxTokens: true });
  const headers = plainHeaders(incoming);
  const label = headers["x-double-label"];
  const body = parsed !== undefined && "body" in parsed ? parsed.body : undefined;
  const served = body === undefined ? undefined : servedModel(body.model);
  const enter = (changes: Partial<LedgerEntry>): void => {
    const before = state.entries[index] ?? {
      ...NO_CHARGE,
      index,
      atUnixMs: state.now(),
      requestModel: body?.model ?? "",
      model: served ?? body?.model ?? "",
      stream: body?.stream === true,
      status: 0,
      requestId: arrival.requestId,
      messageId: undefined,
      errorType: undefined,
      stopReason: undefined,
      label,
      ended: "open",
      costPicoUsd: 0n,
    };
    state.entries[index] = { ...before, ...changes };
  };
  const fail = (failure: ErrorReply): void => {
    if (failure.retryAfterSeconds !== undefined) response.setHeader("retry-after", failure.retryAfterSeconds);
    enter({ status: failure.status, errorType: failure.errorType, ended: "error" });
    sendError(response, failure, arrival.requestId);
  };
  enter({});

  const refused = findHeaderProblem(state, incoming) ?? findSizeProblem(arrival.body);
  if (refused !== undefined) return fail(refused);
  if (parsed === undefined || "problem" in parsed) return fail(error(400, parsed && { message: parsed.problem }));
  const request: MessagesRequest = { body: parsed.body, headers, label };
  state.requests[index] = request;
  const reply = await chooseReply(state.script, request, index);
  if (reply.kind === "error") return fail(reply);
  if (served === undefined) return fail(error(404, { message: `model: ${parsed.body.model}` }));
  if (reply.kind === "hang") {
    await untilClosed(response);
    return enter({ ended: "left" });
  }
  await answerMessage(state, { request, reply, response, served, enter, atUnixMs: state.entries[index]!.atUnixMs });
}

/** A script that throws is answered as a server error: the test's client sees why, the ledger has the entry. */
async function chooseReply(script: Script, request: MessagesRequest, index: number): Promise<Reply> {
  try {
    return await script(request, index);
  } catch (failure) {
    return error(500, { message: `The script threw: ${String(failure)}` });
  }
}

interface Answering {
  readonly request: MessagesRequest;
  readonly reply: MessageReply;
  readonly response: ServerResponse;
  readonly served: string;
  readonly atUnixMs: number;
  readonly enter: (changes: Partial<LedgerEntry>) => void;
}

async function answerMessage(state: State, answering: Answering): Promise<void> {
  const { request, reply, response, served, enter } = answering;
  const input = state.cache.read(served, request.body);
  const composed = composeMessage(reply, { body: request.body, input, model: answeringModel(served) }, state.ids);
  const { message, charge } = composed;
  const billed = (outputTokens: number): Partial<LedgerEntry> => {
    const whole = outputTokens === charge.outputTokens;
    const actual = whole ? charge : { ...charge, outputTokens, thinkingTokens: 0 };
    return { ...actual, costPicoUsd: priceEntry(served, actual, answering.atUnixMs) };
  };
  // Entered before the last byte leaves, so that a client that has its answer finds it in the ledger.
  enter({
    ...billed(charge.outputTokens),
    status: 200,
    messageId: message.id,
    stopReason: message.stop_reason ?? undefined,
    ended: reply.earlyEnd === undefined ? "whole" : "broken",
  });
  const send = request.body.stream === true ? sendStream : sendWhole;
  const sent: Sent = await send(response, composed, reply);
  enter({ ...billed(sent.outputTokens), ended: sent.ended });
}

function findHeaderProblem(state: State, request: IncomingMessage): ErrorReply | undefined {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  const key = request.headers["x-api-key"] ?? bearer;
  if (key === undefined || key === "") return error(401, { message: "x-api-key header is required" });
  if (state.options.apiKey !== undefined && key !== state.options.apiKey) {
    return error(401, { message: "invalid x-api-key" });
  }
  if (request.headers["anthropic-version"] === undefined) {
    return error(400, { message: "anthropic-version: header is required" });
  }
  return undefined;
}

function findSizeProblem(body: Buffer | undefined): ErrorReply | undefined {
  if (body !== undefined) return undefined;
  return { kind: "error", status: 413, errorType: errorTypeOf(413), message: "Request exceeds the maximum size" };
}

/** The body, or undefined when it is too large; the rest is read and dropped so that the client sees the answer. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= maxBytes) parts.push(part);
  }
  return length > maxBytes ? undefined : Buffer.concat(parts);
}

function plainHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
