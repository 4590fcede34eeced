import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { PhasewiseError } from "./errors.ts";

/** Listens, or says which setting to change. Returns the port that was taken. */
export async function listenOn(app: FastifyInstance, host: string, port: number, setting: string): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EADDRINUSE" || code === "EACCES") {
      const why = code === "EADDRINUSE" ? "another program listens there" : "this user may not listen there";
      throw new PhasewiseError(
        "PORT_TAKEN",
        `${setting}: expected a free port on ${host}, got ${port}, but ${why}; ` +
          `stop that program or set ${setting} to another port`,
        { cause: error },
      );
    }
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
      throw new PhasewiseError("CONFIG_INVALID", `PHASEWISE_HOST: expected an address of this machine, got ${host}`, {
        cause: error,
      });
    }
    throw error;
  }
  return (app.server.address() as AddressInfo).port;
}
