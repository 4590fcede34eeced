import type { Attributes } from "@opentelemetry/api";
import { guard } from "./guard.ts";

/** The names of all options, so that none is forgotten when they are read. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * A name, or options with a name, as options that are safe to read: each is read once here, and one whose getter throws
 * counts as not given. What has no usable name (a caller without types) is called `unnamed`: never throws.
 */
export function named<Options extends { readonly name: string; readonly attributes?: Attributes | undefined }>(
  given: string | Options,
  names: OptionNames<Options>,
): Options {
  if (typeof given === "string") return { name: given } as Options;
  const read: Record<string, unknown> = {};
  if (typeof given === "object" && given !== null) {
    for (const name of Object.keys(names)) read[name] = guard(() => given[name as keyof Options]);
    read["attributes"] = guard(() => ({ ...(read["attributes"] as Attributes | undefined) }));
  }
  if (typeof read["name"] !== "string") read["name"] = "unnamed";
  return read as unknown as Options;
}
