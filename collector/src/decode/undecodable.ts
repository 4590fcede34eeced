import { PhasewiseError } from "../errors.ts";

/** The error for a body that is not the message it should be: where (a byte offset or a field) and why. */
export function undecodable(where: string, reason: string): PhasewiseError {
  return new PhasewiseError("BODY_UNDECODABLE", `${where}: ${reason}`);
}
