import { context, type Attributes } from "@opentelemetry/api";
import { ATTR_PHASE_ENTRY, ATTR_PHASE_NAME } from "@phasewise/semconv";
import { phaseCounterOf } from "./run.ts";
import { spanHandle, type SpanHandle } from "./span.ts";
import { within } from "./within.ts";
import { named, type OptionNames } from "./named.ts";

/** What can be said about a phase. */
export interface PhaseOptions {
  /** Name of the step, e.g. `analysis`. */
  readonly name: string;
  /** Further attributes of the phase span. */
  readonly attributes?: Attributes | undefined;
}

const OPTION_NAMES: OptionNames<PhaseOptions> = { name: true, attributes: true };

/** What the callback of `phase` gets. */
export interface PhaseHandle extends SpanHandle {
  readonly name: string;
  /** How many times the run has entered this phase in this process, this time included. */
  readonly entry: number;
}

/**
 * Runs a function as one entry of a phase. Phases may nest, repeat and run side by side; everything below carries the
 * innermost one.
 */
export function phase<T>(options: PhaseOptions | string, fn: (phase: PhaseHandle) => T): T {
  const given = named(options, OPTION_NAMES);
  const { name } = given;
  const entry = phaseCounterOf(context.active()).next(name);
  return within(
    {
      kind: "phase",
      spanName: `phase ${name}`,
      attributes: { ...given.attributes },
      labels: { [ATTR_PHASE_NAME]: name, [ATTR_PHASE_ENTRY]: entry },
    },
    (opened) => ({ ...spanHandle(opened), name, entry }),
    fn,
  );
}
