/** How bad a finding is: `fail` loses or falsifies telemetry, `warn` may. */
export type Level = "ok" | "warn" | "fail";

/** One thing that the doctor looked at. */
export interface Finding {
  /** Name of the check. */
  readonly check: string;
  readonly level: Level;
  /** What is so. */
  readonly what: string;
  /** How to mend it; absent when nothing is wrong. */
  readonly mend?: string;
}
