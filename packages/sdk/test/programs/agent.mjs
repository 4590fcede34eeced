// A small agent: one run, one phase, one agent, one tool, and an end of the caller's choice.
import { agent, phase, run, tool } from "@phasewise/sdk";

const ending = process.argv[2] ?? "return";

const forever = () => new Promise((resolve) => setTimeout(resolve, 60_000));

async function end() {
  if (ending === "throw") throw new TypeError("the work went wrong");
  if (ending === "crash")
    setTimeout(() => {
      throw new RangeError("out of the blue");
    }, 10);
  if (ending === "exit") process.exit(7);
  if (ending === "unsettled") return new Promise(() => {});
  if (ending === "slow") await new Promise((resolve) => setTimeout(resolve, 300));
  if (ending === "alone") {
    // As the signal-exit package does it: clean up and die only if nobody else listens.
    const listener = () => {
      if (process.listeners("SIGTERM").length !== 1) return;
      console.log("cleaned up");
      process.removeListener("SIGTERM", listener);
      process.kill(process.pid, "SIGTERM");
    };
    process.on("SIGTERM", listener);
  }
  if (ending === "wait" || ending === "alone" || ending === "crash" || ending === "handled") {
    if (ending === "handled") process.on("SIGTERM", () => process.exit(42));
    console.log("ready");
    await forever();
  }
  return ending;
}

const result = await run({ name: "demo", number: 3, trigger: "manual", taskType: "refactoring" }, () =>
  phase("plan", () =>
    agent("planner", async () => {
      tool("look", () => 1);
      return end();
    }),
  ),
);
console.log(`result ${result}`);
