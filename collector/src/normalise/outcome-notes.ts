/** What an outcome means for the numbers of a call: the same sentence whichever dialect reports it. */
import type { CallReading, TokenBuckets } from "./records.ts";

/** Words for "the model would not answer", as providers and frameworks write them. */
const REFUSALS: ReadonlySet<string> = new Set(["refusal", "content_filter", "content-filter"]);

/** The reading with notes on a refusal, on retries and on an answer that is said to have used nothing. */
export function withOutcomeNotes(reading: CallReading): CallReading {
  const notes = notesOnOutcome(reading);
  return notes.length === 0 ? reading : { ...reading, notes: [...reading.notes, ...notes] };
}

function notesOnOutcome({ scope, status, attempts, finishReason, tokens }: CallReading): readonly string[] {
  const notes: string[] = [];
  if (finishReason !== undefined && REFUSALS.has(finishReason)) {
    notes.push("the model refused to answer; the tokens that it used are counted");
  }
  if (attempts !== undefined && attempts > 1 && status === "ok") {
    notes.push(`the request took ${attempts} attempts; only the tokens of the last one are known and counted`);
  }
  if (scope === "call" && status === "ok" && isAllZero(tokens)) {
    notes.push("every count that was reported is zero, so the call costs nothing");
  }
  return notes;
}

function isAllZero(tokens: TokenBuckets): boolean {
  let reported = false;
  for (const name in tokens) {
    const count = tokens[name as keyof TokenBuckets];
    if (count === undefined) continue;
    if (count !== 0) return false;
    reported = true;
  }
  return reported;
}
