/** A process for the kill test: appends from several writers at once and prints each acknowledged sequence. */
import { writeSync } from "node:fs";
import { openJournal } from "../journal.ts";

const [folder = "", seed = "0"] = process.argv.slice(2);
const journal = await openJournal({ folder, segmentBytes: 256 * 1024, maxPendingBytes: 2 ** 40 });
let state = Number(seed);

async function appendForever(): Promise<void> {
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const body = new Uint8Array(1 + (state % 20_000)).fill(state & 0xff);
    const sender = String(body.length);
    const sequence = await journal.append({
      signal: "traces",
      encoding: "protobuf",
      receivedUnixNano: 1n,
      sender,
      body,
    });
    writeSync(1, `${sequence} ${body.length}\n`);
  }
}

await Promise.all([1, 2, 3, 4].map(appendForever));
