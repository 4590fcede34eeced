/** Program of the store conformance suite: loads batch after batch and prints each position when its load resolved. */
import { settle } from "../../src/normalise/settle/settle.ts";
import { ENGINES } from "../../src/store/engines.ts";
import { batch, genAiSpan, seconds } from "./store-batches.ts";

const [engine, file, sqlFolder] = process.argv.slice(2);
if (engine !== "duckdb" || file === undefined || sqlFolder === undefined)
  throw new Error("usage: engine file sqlFolder");

const store = await ENGINES[engine]({ file, sqlFolder, memoryLimit: "500MB" });
for (let number = Number(store.loadedUpTo()); number < 10_000; number += 1) {
  const spans = Array.from({ length: 100 }, (_, at) => genAiSpan(number, number * 100 + at, seconds(number)));
  await store.load(batch({ spans }), BigInt(number + 1), settle);
  process.stdout.write(`${number + 1}\n`);
}
