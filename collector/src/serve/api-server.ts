/** The HTTP API and the page, as one Fastify server. */
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { guard } from "../guard.ts";
import { answerBrokenRequest } from "./broken-request.ts";
import type { ApiContext } from "./context.ts";
import { healthRoutes } from "./health.ts";
import { toJson } from "./json.ts";
import { metricsRoutes } from "./metrics.ts";
import { isOpenPath, isPageAddress, pageRoutes } from "./page.ts";
import { priceRoutes } from "./prices.ts";
import { answerUnrouted, handleProblems, sendProblem, unanswered } from "./problem.ts";
import { reportRoutes } from "./reports.ts";
import { runRoutes } from "./runs.ts";
import { sqlRoutes } from "./sql.ts";
import { viewRoutes } from "./views.ts";

/** What the server is made of. */
export interface ApiServerOptions extends ApiContext {
  /** Folder of the built page; none is served when it is undefined. */
  readonly webFolder: string | undefined;
  readonly logger: FastifyBaseLogger;
}

const SQL_BODY_BYTES = 4 * 1024 * 1024;
/** Characters of an id in a path; the ids of runs are chosen by whoever runs them. */
const MAX_ID_LENGTH = 4096;

/** Makes the server; the caller listens and closes. */
export function createApiServer(options: ApiServerOptions): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: SQL_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_ID_LENGTH },
    frameworkErrors: answerUnrouted,
    clientErrorHandler: answerBrokenRequest,
    // A number is not taken for a text or the other way round, and a field too many is said, not dropped.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  // Our own writer keeps the digits of decimals; schemas describe the answers, they do not write them.
  app.setSerializerCompiler(() => toJson);
  app.setReplySerializer((payload) => toJson(payload));
  app.removeContentTypeParser("text/plain");
  handleProblems(app);
  guard(app, {
    token: options.config.token,
    allowedHosts: options.config.allowedHosts.split(","),
    host: options.config.host,
    isOpen: isOpenPath,
  });
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
    });
  });

  healthRoutes(app, options);
  metricsRoutes(app, options);
  reportRoutes(app, options);
  sqlRoutes(app, options);
  runRoutes(app, options);
  viewRoutes(app, options);
  if (options.prices !== undefined) priceRoutes(app, options.prices);
  if (options.webFolder !== undefined) pageRoutes(app, options.webFolder);
  app.setNotFoundHandler(async (request, reply) => {
    if (options.webFolder !== undefined && isPageAddress(request)) return reply.sendFile("index.html");
    return sendProblem(reply, unanswered(app, request));
  });
  return app;
}
