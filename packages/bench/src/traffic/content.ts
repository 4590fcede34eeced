import type { Random } from "./random.ts";

const WORDS =
  "the agent reads price history then compares each strategy against its baseline and explains why risk limits were kept or broken in this window of trading while tests run again after every edit to the module under review".split(
    " ",
  );

/** Draws captured prompts and answers: JSON texts of a few kilobytes, as the GenAI conventions have them. */
export function createContent(random: Random): () => { readonly input: string; readonly output: string } {
  const text = (words: number): string => Array.from({ length: words }, () => random.pick(WORDS)).join(" ");
  const message = (role: string, words: number): unknown => ({ role, parts: [{ type: "text", content: text(words) }] });
  return () => ({
    input: JSON.stringify([message("system", 120), message("user", random.between(40, 600))]),
    output: JSON.stringify([message("assistant", random.between(20, 300))]),
  });
}
