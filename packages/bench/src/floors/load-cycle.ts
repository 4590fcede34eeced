import { openDuckDbStore, SQL_FOLDER } from "@phasewise/collector";
import { decode } from "../../../../collector/src/decode/decode.ts";
import { mergeBatches, normalise } from "../../../../collector/src/normalise/normalise.ts";
import { settle } from "../../../../collector/src/normalise/settle/settle.ts";
import type { Sending } from "../traffic/template.ts";
import type { Traffic } from "../traffic/traffic.ts";

/** Loads are cheaper the larger they are; this many bodies fit into memory easily. */
const BODIES_PER_LOAD = 128;

/** Loads one cycle of traffic into a database file through the collector's own stages, in this process. */
export async function loadCycle(file: string, traffic: Traffic, sending: Sending): Promise<void> {
  const store = await openDuckDbStore({ file, sqlFolder: SQL_FOLDER, memoryLimit: "4GB" });
  try {
    for (let from = 0; from < traffic.bodies.length; from += BODIES_PER_LOAD) {
      const batches = traffic.bodies.slice(from, from + BODIES_PER_LOAD).map(({ signal, template }) => {
        const bytes = Buffer.alloc(template.bytes);
        template.write(sending, bytes);
        return normalise(decode(signal, traffic.options.encoding, bytes), sending.beginUnixNano);
      });
      await store.load(mergeBatches(batches), BigInt(from + batches.length), settle);
    }
  } finally {
    await store.close();
  }
}
