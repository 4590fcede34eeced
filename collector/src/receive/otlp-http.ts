/** OTLP/HTTP 1.11.0: the routes, and a server that has nothing else. */
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import type { Encoding } from "../decode/otlp.ts";
import { PhasewiseError, isPhasewiseError } from "../errors.ts";
import { type GuardOptions, guard } from "../guard.ts";
import type { Accept } from "./accept.ts";
import type { Admission } from "./admission.ts";
import { mediaType, statusBody, successBody } from "./answers.ts";
import { announcedBody, encodingOf, readBody, requireEncoding } from "./body.ts";
import { answerBrokenRequest, isGivenUp } from "./broken-request.ts";
import { CONTENT_ENCODINGS } from "./decompress.ts";
import type { OnRefused } from "./refusal.ts";
import { senderOf } from "./sender.ts";
import { PROFILES_PATH, SIGNAL_ROUTES, type SignalRoute } from "./signals.ts";

/** What the OTLP routes need. */
export interface OtlpHttpOptions {
  readonly admission: Admission;
  readonly accept: Accept;
  readonly onRefused: OnRefused;
  /** Largest body after decompression. */
  readonly maxBodyBytes: number;
  /** A request that has not arrived whole after this long is dropped. */
  readonly bodyTimeoutMs: number;
}

/** What the OTLP server needs. */
export interface OtlpServerOptions extends OtlpHttpOptions, Omit<GuardOptions, "isOpen"> {
  readonly logger: FastifyBaseLogger;
  /** Connections beyond this are closed at once; 4096 if it is left out. */
  readonly maxConnections?: number;
}

/** Time for the headers of a request, which have no reason to be slow. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How long requests under way may take when the server stops. */
const CLOSE_TIMEOUT_MS = 5000;
/** Longer than the pauses between batches of the common exporters, so that they need not connect each time. */
const KEEP_ALIVE_MS = 65_000;
/** Short, because OTel JS gives a batch ten seconds in all and drops it when told to wait longer than that. */
const RETRY_AFTER_SECONDS = "1";

/** The OTLP server, guarded, not yet listening. */
export function createOtlpServer(options: OtlpServerOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Bodies are read and bounded by the routes themselves.
    bodyLimit: Number.MAX_SAFE_INTEGER,
    requestTimeout: options.bodyTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: "idle",
    // A route answers it as a Status.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, options.onRefused),
    http: {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, options.bodyTimeoutMs),
      connectionsCheckingInterval: Math.min(1000, Math.ceil(options.bodyTimeoutMs / 4)),
    },
  }) as unknown as FastifyInstance;
  closeInTime(app);
  app.server.maxConnections = options.maxConnections ?? 4096;
  guard(app, options);
  const answerError = errorAnswer(options.onRefused);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => answerError(notFound(request), request, reply));
  otlpHttp(app, options);
  return app;
}

/** Lets requests under way finish, without waiting for senders that keep their connection or never finish. */
function closeInTime(app: FastifyInstance): void {
  let isClosing = false;
  let deadline: NodeJS.Timeout | undefined;
  app.addHook("preClose", (next) => {
    isClosing = true;
    deadline = setTimeout(() => app.server.closeAllConnections(), CLOSE_TIMEOUT_MS);
    next();
  });
  app.addHook("onSend", async (_request, reply) => {
    if (isClosing) void reply.header("connection", "close");
  });
  app.addHook("onClose", async () => clearTimeout(deadline));
}

/** Adds the OTLP routes to a server. Their parsers and errors stay their own. */
export function otlpHttp(app: FastifyInstance, options: OtlpHttpOptions): void {
  void app.register((scope, _, done) => {
    let isClosing = false;
    scope.addHook("preClose", (next) => {
      isClosing = true;
      next();
    });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    scope.setErrorHandler(errorAnswer(options.onRefused));
    for (const route of SIGNAL_ROUTES) {
      scope.post(route.path, async (request, reply) => {
        if (isClosing) {
          throw new PhasewiseError("SHUTTING_DOWN", "The collector is stopping; send the request again in a second.");
        }
        return await take(route, options, request, reply);
      });
    }
    scope.post(PROFILES_PATH, () => {
      throw new PhasewiseError("NOT_FOUND", "Profiles are not collected. Send traces, logs or metrics.");
    });
    for (const path of [...SIGNAL_ROUTES.map((route) => route.path), PROFILES_PATH]) {
      const method = scope.supportedMethods.filter((name) => name !== "POST");
      scope.route({ url: path, method, exposeHeadRoute: false, handler: refuseMethod });
    }
    done();
  });
}

async function take(
  route: SignalRoute,
  options: OtlpHttpOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const encoding = requireEncoding(request.headers);
  const announced = announcedBody(request.headers, options.maxBodyBytes);
  const sender = senderOf(request.ip);
  const ticket = options.admission.enter(sender, announced.contentLength);
  try {
    const body = await readBody(request.raw, announced, options.maxBodyBytes, ticket);
    const receivedUnixNano = BigInt(Date.now()) * 1_000_000n;
    const result = await options.accept({ signal: route.signal, encoding, body, sender, receivedUnixNano });
    return await reply
      .code(200)
      .header("content-type", mediaType(encoding))
      .header("x-accepted-items", String(result.accepted))
      .send(successBody(route, encoding, result));
  } finally {
    ticket.release();
  }
}

function refuseMethod(request: FastifyRequest): never {
  throw new PhasewiseError("METHOD_NOT_ALLOWED", `Expected POST, got ${request.method}.`);
}

function notFound(request: FastifyRequest): PhasewiseError {
  const paths = SIGNAL_ROUTES.map((route) => route.path);
  const path = request.url.split("?", 1)[0] ?? "";
  // Methods that the router does not know at all end here too.
  const code = paths.includes(path) ? "METHOD_NOT_ALLOWED" : "NOT_FOUND";
  return new PhasewiseError(code, `Expected POST on one of ${paths.join(", ")}.`);
}

type AnswerError = (
  error: FastifyError | PhasewiseError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply;

/** Answers with a Status in the request's encoding, JSON when it named none. */
function errorAnswer(onRefused: OnRefused): AnswerError {
  return (error, request, reply) => {
    const encoding: Encoding = encodingOf(request.headers["content-type"]) ?? "json";
    const known = isPhasewiseError(error) ? error.status : (error as Partial<FastifyError>).statusCode;
    // To a sender a 500 means "drop it", so what is unforeseen is answered as what may pass.
    const status = known === undefined || known >= 500 ? 503 : known;
    if (!isGivenUp(request.raw.socket)) onRefused(reasonOf(error, request, known), error);
    request.log.debug({ err: error, path: request.url }, "a request was refused");
    if (status === 405) void reply.header("allow", "POST");
    if (status === 401) void reply.header("www-authenticate", "Bearer");
    if (status === 415) void reply.header("accept-encoding", CONTENT_ENCODINGS);
    if (status === 503 || status === 429) void reply.header("retry-after", RETRY_AFTER_SECONDS);
    const message =
      isPhasewiseError(error) || status < 500 ? error.message : "Nothing was taken; send the request again.";
    return reply
      .code(status)
      .header("content-type", mediaType(encoding))
      .send(statusBody(status, encoding, message));
  };
}

function reasonOf(error: Error, request: FastifyRequest, status: number | undefined): Parameters<OnRefused>[0] {
  if (isPhasewiseError(error)) return error.code;
  if (request.raw.errored !== null || request.raw.destroyed) return "CUT_OFF";
  return status === undefined || status >= 500 ? "INTERNAL" : "NOT_HTTP";
}
