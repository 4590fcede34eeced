/** Liveness and readiness. */
import { Ready } from "@phasewise/api";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { ApiContext } from "./context.ts";

/** `GET /health/live`: the process answers. `GET /health/ready`: what was acknowledged can be queried, else 503. */
export function healthRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get("/health/live", { schema: { response: { 200: Type.Object({ live: Type.Boolean() }) } } }, async () => ({
    live: true,
  }));
  app.get("/health/ready", { schema: { response: { 200: Ready, 503: Ready } } }, async (_request, reply) => {
    const ready = await context.ready();
    return reply.code(ready.ready ? 200 : 503).send(ready);
  });
  const { status } = context;
  if (status !== undefined) app.get("/api/status", async () => status());
}
