import { BadRequestError } from "@anthropic-ai/sdk";
import { agent, phase, type RunHandle } from "@phasewise/sdk";
import { ask, askStreaming, askWithTools, type AgentTool, type Claude } from "./claude.ts";
import { FeedError, type BacktestResult, type Market, type Signal } from "./market.ts";

/** What one iteration starts from. */
export interface IterationInput {
  readonly number: number;
  readonly claude: Claude;
  readonly market: Market;
  /** What the last iteration taught, empty for the first. */
  readonly lessons: string;
}

/** One pass through the phases: from an idea to what to do better. Returns the lessons for the next one. */
export async function iterate(input: IterationInput, run: RunHandle): Promise<string> {
  const { claude, market, number } = input;
  const scanner = await phase("scanner_generation", () => generateScanner(input));
  const signals = await scan(claude, market);
  claude.say(`${signals.length} signals`);
  if (number >= 2 && signals.length > 0) {
    await phase("execution_generation", () => generateExecution(input, scanner, signals));
  }
  const results = await phase("backtest_execution", async () => [
    await market.backtest("breakout", signals),
    await market.backtest("mean-reversion", signals),
  ]);
  const lessons = await phase("analysis", async (handle) => {
    const learned = await analyse(input, results);
    handle.setOutcome({ success: learned !== "", category: "lessons" });
    return learned;
  });

  const best = results.toSorted((a, b) => b.meanReturnRatio - a.meanReturnRatio)[0];
  const success = best !== undefined && best.meanReturnRatio > 0;
  run.setOutcome({ success, confidence: best?.winRatio ?? 0, category: "gap-strategy" });
  return lessons;
}

function generateScanner(input: IterationInput): Promise<string> {
  const { claude, number, lessons } = input;
  const learned = lessons === "" ? "There are no lessons yet." : `Lessons so far:\n${lessons}`;
  return agent("strategist", () =>
    askStreaming(claude, {
      role: "strategist",
      model: claude.models.careful,
      prompt: `Iteration ${number}. Hypothesis: gaps on high volume go on in their direction. ${learned}\nWrite the scanner.`,
    }),
  );
}

/** Scans once more when the feed breaks off; that makes a second entry of the phase. */
async function scan(claude: Claude, market: Market): Promise<readonly Signal[]> {
  for (;;) {
    try {
      return await phase("scan_execution", () => {
        claude.say("scanning 8 tickers");
        return market.scan();
      });
    } catch (failure) {
      if (!(failure instanceof FeedError)) throw failure;
      claude.say(`${failure.message}; once more`);
    }
  }
}

function generateExecution(input: IterationInput, scanner: string, signals: readonly Signal[]): Promise<string> {
  const { claude, number } = input;
  const checkScript: AgentTool = {
    definition: {
      name: "check_script",
      description: "Checks that an execution script compiles and that every entry has a stop.",
      input_schema: { type: "object", properties: { script: { type: "string" } }, required: ["script"] },
    },
    run: (given) => (JSON.stringify(given).includes("stop") ? "compiles, every entry has a stop" : "no stop found"),
  };
  return agent({ name: "code-writer", version: "2" }, () =>
    askWithTools(
      claude,
      {
        role: "code-writer",
        model: claude.models.careful,
        prompt: `Iteration ${number}. The scanner:\n${scanner}\nIt found ${signals.length} signals. Write the execution script and check it.`,
      },
      [checkScript],
    ),
  );
}

/** Two analysts side by side, then the lessons, then the proposals. */
async function analyse(input: IterationInput, results: readonly BacktestResult[]): Promise<string> {
  const { claude, number } = input;
  const judgements = await Promise.all(
    results.map((result) =>
      agent({ name: "analyst", id: result.template }, async (handle) => {
        const judgement = await judge(input, result);
        handle.setOutcome({ success: true, confidence: result.winRatio, category: result.template });
        return judgement;
      }),
    ),
  );
  const lessons = await agent("knowledge-extractor", () =>
    ask(claude, {
      role: "knowledge-extractor",
      model: claude.models.quick,
      prompt: `Iteration ${number}. Judgements:\n${judgements.join("\n")}\nWhat are the lessons?`,
    }),
  );
  await agent("refiner", () =>
    askStreaming(claude, {
      role: "refiner",
      model: claude.models.careful,
      thinkingTokens: 1024,
      prompt: `Iteration ${number}. Lessons:\n${lessons}\nWhat should change?`,
    }),
  );
  return lessons;
}

async function judge(input: IterationInput, result: BacktestResult): Promise<string> {
  const { claude } = input;
  const statistics: AgentTool = {
    definition: {
      name: "compute_statistics",
      description: "Win ratio, mean return and drawdown of the trades.",
      input_schema: { type: "object", properties: { template: { type: "string" } } },
    },
    run: () => JSON.stringify({ ...result, trades: result.trades.length }),
  };
  const askFor = (trades: string): Promise<string> =>
    askWithTools(
      claude,
      {
        role: "analyst",
        model: claude.models.quick,
        prompt: `Iteration ${input.number}. Template ${result.template}. ${trades}\nJudge it.`,
      },
      [statistics],
    );
  const lines = result.trades.map((trade) => `${trade.ticker} ${trade.returnRatio.toFixed(4)}`);
  try {
    return await askFor(`All trades:\n${lines.join("\n")}`);
  } catch (failure) {
    if (!(failure instanceof BadRequestError)) throw failure;
    claude.say("analyst: refused with 400, the prompt is too long; once more with the ten last trades");
    return askFor(`The ten last trades:\n${lines.slice(-10).join("\n")}`);
  }
}
