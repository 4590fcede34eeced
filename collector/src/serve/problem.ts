/** Errors of the HTTP API: one body (RFC 9457) with our stable codes. */
import { STATUS_CODES } from "node:http";
import type { Problem } from "@phasewise/api";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isPhasewiseError, PhasewiseError, type ErrorCode } from "../errors.ts";

/** What the refusals of Fastify and its plugins are in our codes. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_VALIDATION: "PARAMETER_INVALID",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "CONTENT_TYPE_UNSUPPORTED",
  FST_ERR_CTP_BODY_TOO_LARGE: "BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_JSON_BODY: "BODY_UNDECODABLE",
  FST_ERR_CTP_EMPTY_JSON_BODY: "BODY_UNDECODABLE",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "BODY_UNDECODABLE",
  FST_ERR_BAD_URL: "REQUEST_INVALID",
  FST_ERR_MAX_PARAM_LENGTH: "NOT_FOUND",
  // The page's files: a path that leads out of their folder, or that no file can have.
  FST_STATIC_FORBIDDEN_PATH: "NOT_FOUND",
};

/** The body for an error. What is unforeseen keeps its details for the log. */
export function toProblem(error: PhasewiseError): Problem {
  return {
    type: "about:blank",
    title: STATUS_CODES[error.status] ?? "Error",
    status: error.status,
    code: error.code,
    detail:
      error.code === "INTERNAL" ? "Something unforeseen happened; the collector's log has the details." : error.message,
  };
}

/** Makes every error of the server a problem document; logs those that are our fault. */
export function handleProblems(app: FastifyInstance): void {
  app.setErrorHandler(async (error, request, reply) => {
    const known = toPhasewiseError(error);
    if (known.code === "INTERNAL") request.log.error({ err: error }, "request failed");
    return sendProblem(reply, known);
  });
}

/** Answers what Fastify refuses before any route, hook or error handler is asked. */
export function answerUnrouted(error: Error, _request: unknown, reply: FastifyReply): void {
  // Written out, because no serializer is at work yet either.
  const problem = toProblem(toPhasewiseError(error));
  reply.code(problem.status).header("cache-control", "no-store").type("application/problem+json");
  void reply.serializer((payload: unknown) => JSON.stringify(payload)).send(problem);
}

/** Answers with the problem document of an error. */
export function sendProblem(reply: FastifyReply, error: PhasewiseError): FastifyReply {
  if (error.retryable) reply.header("retry-after", "1");
  if (error.code === "UNAUTHORIZED") reply.header("www-authenticate", "Bearer");
  return reply
    .code(error.status)
    .header("cache-control", "no-store")
    .type("application/problem+json")
    .send(toProblem(error));
}

/** The error for a path that nothing answers at, or that answers to another method. */
export function unanswered(app: FastifyInstance, request: FastifyRequest): PhasewiseError {
  const path = request.url.split("?", 1)[0] ?? "/";
  const others = (["GET", "POST"] as const).filter(
    (method) => method !== request.method && app.findRoute({ url: path, method }) !== null,
  );
  if (others.length > 0) {
    return new PhasewiseError(
      "METHOD_NOT_ALLOWED",
      `${path} answers to ${others.join(", ")}, not to ${request.method}.`,
    );
  }
  return new PhasewiseError("NOT_FOUND", `There is nothing at ${path.slice(0, 200)}.`);
}

function toPhasewiseError(error: unknown): PhasewiseError {
  if (isPhasewiseError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const fastifyCode = error instanceof Error && "code" in error ? String(error.code) : "";
  const code = error instanceof SyntaxError ? "BODY_UNDECODABLE" : FASTIFY_CODES[fastifyCode];
  return new PhasewiseError(code ?? "INTERNAL", message, { cause: error });
}
