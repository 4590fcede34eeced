/** A process for the failing-write test: the shell has limited how large a file may grow, so writes fail half done. */
import { openJournal } from "../journal.ts";
import { openJournalReader } from "../reader.ts";
import { entryOf } from "./entries.ts";

const folder = process.argv[2] ?? "";
process.on("SIGXFSZ", () => undefined);
const journal = await openJournal({ folder, segmentBytes: 2 ** 40, maxPendingBytes: 2 ** 40 });
const acknowledged: bigint[] = [];
let refused = 0;
for (let number = 0; number < 60; number++) {
  await journal.append(entryOf(number, 30_000)).then(
    (sequence) => acknowledged.push(sequence),
    () => refused++,
  );
}
const reader = await openJournalReader(folder, (report) => process.stdout.write(`${report.reason}\n`));
const entries = await reader.read(0n, journal.head(), 1e9);
await reader.close();
await journal.close();
const readable = entries.map((entry) => entry.sequence).join() === acknowledged.join();
process.stdout.write(JSON.stringify({ acknowledged: acknowledged.length, refused, readable }));
