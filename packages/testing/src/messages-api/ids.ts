import { createHash } from "node:crypto";

/** Makes ids that are the same in every run: from a seed and a counter per prefix. */
export interface IdSource {
  next(prefix: "msg" | "req" | "toolu" | "srvtoolu"): string;
}

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789";

/** Ids like `msg_01...`, of the length that the API's own have. */
export function openIdSource(seed: string): IdSource {
  const counters = new Map<string, number>();
  return {
    next(prefix) {
      const count = (counters.get(prefix) ?? 0) + 1;
      counters.set(prefix, count);
      const digest = createHash("sha256").update(`${seed} ${prefix} ${count}`).digest();
      const letters = [...digest.subarray(0, 22)].map((byte) => LETTERS[byte % LETTERS.length]);
      return `${prefix}_01${letters.join("")}`;
    },
  };
}
