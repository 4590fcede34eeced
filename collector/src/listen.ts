import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { PhasewiseError } from "./errors.ts";

/** Listens, or says which setting to change. Returns the port that was taken. */
export async function listenOn(app: FastifyInstance, host: string, port: number, setting: string): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw portError(error, host, port, setting);
  }
  return (app.server.address() as AddressInfo).port;
}

/** What a failed listen means for the person who set the port; any other error as it is. */
export function portError(error: unknown, host: string, port: number, setting: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? /\bE[A-Z]{4,}\b/.exec(String(error))?.[0];
  switch (code) {
    case "EADDRINUSE":
    case "EACCES": {
      const why = code === "EADDRINUSE" ? "another program listens there" : "this user may not listen there";
      return new PhasewiseError(
        "PORT_TAKEN",
        `${setting}: expected a free port on ${host}, got ${port}, but ${why}; ` +
          `stop that program or set ${setting} to another port`,
        { cause: error },
      );
    }
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new PhasewiseError("CONFIG_INVALID", `PHASEWISE_HOST: expected an address of this machine, got ${host}`, {
        cause: error,
      });
    default:
      return error;
  }
}
