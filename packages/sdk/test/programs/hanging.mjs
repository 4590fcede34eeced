// Says `ready` as the last thing before it comes to its end, with a span recorded and another one open.
import { phase, run } from "@phasewise/sdk";

const ending = process.argv[2];

const end = {
  return: () => {},
  exit: () => process.exit(7),
  throw: () => {
    throw new TypeError("out of the blue");
  },
  wait: () => setTimeout(() => {}, 60_000),
}[ending];

run("demo", () => {
  phase("plan", () => {});
  if (ending === "return") void phase("open", () => new Promise(() => {}));
  process.stdout.write("ready\n");
  return end();
});
