/**
 * The agent, as a user would write it: `node --import @phasewise/sdk/register agent.js`.
 * What makes it visible is `run`, `phase`, `agent` and `tool`; the calls of Claude are seen by themselves.
 */
import { parseArgs } from "node:util";
import Anthropic from "@anthropic-ai/sdk";
import { run } from "@phasewise/sdk";
import type { Claude } from "./claude.ts";
import { iterate } from "./iteration.ts";
import { openMarket, RiskLimitError } from "./market.ts";

const { values } = parseArgs({
  options: {
    iterations: { type: "string", default: "3" },
    pace: { type: "string", default: "1" },
    careful: { type: "string", default: "claude-haiku-4-5" },
    quick: { type: "string", default: "claude-haiku-5-5" },
  },
});
const client = new Anthropic();
let lessons = "";

for (let number = 1; number <= Number(values.iterations); number += 1) {
  const say = (message: string): void => {
    process.stdout.write(`  iteration ${number}  ${message}\n`);
  };
  const claude: Claude = { client, models: { careful: values.careful, quick: values.quick }, say };
  const market = openMarket({
    seed: number,
    pace: Number(values.pace),
    brokenScans: number % 2 === 0 ? 1 : 0,
    crash: number % 3 === 0,
  });
  try {
    lessons = await run(
      { name: "trading-iteration", number, agent: "strategist", taskType: "strategy-search", trigger: "manual" },
      (handle) => iterate({ number, claude, market, lessons }, handle),
    );
    say("done");
  } catch (failure) {
    // A broken risk limit is a result like any other; whatever else fails is a failure of the program.
    if (!(failure instanceof RiskLimitError)) process.exitCode = 1;
    say(`failed: ${failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure)}`);
  }
}
