/** The query string of a request for a table, and the answer in the format that it asks for. */
import type { Table } from "@phasewise/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import { PhasewiseError } from "../errors.ts";
import type { RawParameters } from "../views/parameters.ts";
import { chooseFormat, type Format } from "./formats/formats.ts";

/** What a request for a table asks for. */
export interface TableQuery {
  readonly format: Format;
  /** Every other parameter, each given once. */
  readonly parameters: RawParameters;
}

/** Splits the query string into the format and the parameters. */
export function readTableQuery(request: FastifyRequest): TableQuery {
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.query as Readonly<Record<string, string | string[]>>)) {
    if (typeof value !== "string") {
      throw new PhasewiseError("PARAMETER_INVALID", `${name.slice(0, 100)}: expected one value, got ${value.length}.`);
    }
    parameters[name] = value;
  }
  const { format, ...others } = parameters;
  return { format: chooseFormat(format, request.headers.accept), parameters: others };
}

/** Writes the table in that format. Formats that have no room for it tell in a header whether rows were cut. */
export function sendTable(reply: FastifyReply, table: Table, format: Format): FastifyReply {
  return reply
    .type(`${format.mediaType}; charset=utf-8`)
    .headers({ vary: "accept", "x-truncated": String(table.truncated) })
    .send(format.write(table));
}
