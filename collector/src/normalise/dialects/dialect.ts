import type { LogRecord, Resource, Scope, Span } from "../../decode/otlp.ts";
import type { LogReading, SpanReading } from "../records.ts";

/** What a reader is given beside the item itself. */
export interface ReadContext {
  readonly resource: Resource;
  readonly scope: Scope;
}

/** One way of writing GenAI telemetry. Reading is pure: the same item always gives the same reading. */
export interface Dialect {
  /** Lower-case with underscores; equals the folder name with dashes as underscores. Stored with every span. */
  readonly id: string;
  /** For people, e.g. `Anthropic SDK (native spans)`. */
  readonly title: string;
  /** The specification or source that the reader follows. */
  readonly reference: string;
  /** Versions of the emitter that the cases cover. */
  readonly versions: string;
  /** Whether this dialect reads the span. The first dialect of the registry that says yes does. */
  recognisesSpan(span: Span, context: ReadContext): boolean;
  readSpan(span: Span, context: ReadContext): Omit<SpanReading, "dialect">;
  /** Log records, for dialects that have any. */
  recognisesLog?(log: LogRecord, context: ReadContext): boolean;
  readLog?(log: LogRecord, context: ReadContext): Omit<LogReading, "dialect">;
}
