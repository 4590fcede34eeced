import {
  error,
  lastUserText,
  slow,
  text,
  thinking,
  toolUse,
  type MessageReply,
  type MessagesRequest,
  type Script,
} from "@phasewise/testing";
import { ROLES, type Role } from "./prompts.ts";

const SCANNER = `export function scan(days) {
  const today = days.at(-1), before = days.slice(0, -1);
  const volume = before.reduce((sum, day) => sum + day.volume, 0) / before.length;
  const gap = today.open / before.at(-1).close - 1;
  return gap > 0.06 && gap < 0.2 && today.volume > 2 * volume;
}`;
const EXECUTION = `export function execute(signal, prices) {
  const stop = prices.open - 2 * prices.atr;
  return { enter: prices.open, stop, leave: "close", size: 0.1 };
}`;

/** What Claude says in the demo when there is no API key; `pace` is a factor on how long it takes. */
export function demoScript(pace: number): Script {
  const overloaded = new Set<number>();
  return (request) => {
    const role = roleOf(request);
    const prompt = lastUserText(request.body);
    const iteration = Number(/^Iteration (\d+)/.exec(prompt)?.[1] ?? 1);
    if (role === "strategist" && iteration % 2 === 0 && !overloaded.has(iteration)) {
      overloaded.add(iteration);
      return error(529, { message: "Overloaded" });
    }
    if (role === "analyst" && iteration % 2 === 0 && /mean-reversion\. All trades/.test(prompt)) {
      return error(400, { message: "prompt is too long: 213462 tokens > 200000 maximum" });
    }
    return slow(answer(role, request, iteration), { firstByteMs: 250 * pace, eventMs: 8 * pace });
  };
}

function roleOf(request: MessagesRequest): Role {
  const system = JSON.stringify(request.body.system ?? "");
  const role = (Object.keys(ROLES) as Role[]).find((name) => system.includes(`You are the ${name}.`));
  if (role === undefined) throw new Error("the demo's script knows only the roles of the demo");
  return role;
}

function answer(role: Role, request: MessagesRequest, iteration: number): MessageReply {
  const hasResult = request.body.messages.length > 1;
  switch (role) {
    case "strategist":
      return text(`${SCANNER}\nUnsure: whether twice the usual volume is enough in iteration ${iteration}.`);
    case "code-writer":
      return hasResult
        ? text(EXECUTION)
        : toolUse("check_script", { script: EXECUTION }, "Let me check the script before I hand it over.");
    case "analyst":
      return hasResult
        ? text("More winners than losers, but the losers are larger. Promising; one market regime only.")
        : toolUse("compute_statistics", { template: "all" });
    case "knowledge-extractor":
      return text("- Gaps on twice the usual volume go on (60 trades).\n- Late entries lose; wrong in strong trends.");
    default:
      return thinking(
        "The losers are larger than the winners, so the stop is the first thing to look at. The scanner finds enough " +
          "candidates; changing it as well would make it impossible to say which change helped.",
        text(
          "1. Tighten the stop to 1.5 average true ranges.\n2. Leave the scanner alone.\n3. Skip the first five minutes.",
        ),
      );
  }
}
