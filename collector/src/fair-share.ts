/**
 * Sharing of bounded room between senders: one may hold a multiple of what is still free, so a few that want everything
 * leave room for those that want little, and who is alone gets nearly all.
 * Source: dynamic queue length thresholds (Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998).
 */

/** A bounded room at one moment. */
export interface Room {
  /** Bytes that may be held in all. */
  readonly limitBytes: number;
  /** Bytes that are held in all. */
  readonly heldBytes: number;
  /** How many times the free room one sender may hold: alone it gets `weight / (weight + 1)` of the limit. */
  readonly weight: number;
}

/** Whether a sender that holds `ownBytes` may have `moreBytes`. Who holds nothing only needs the room to be there. */
export function mayTake(room: Room, ownBytes: number, moreBytes: number): boolean {
  const free = room.limitBytes - room.heldBytes - moreBytes;
  if (free < 0) return false;
  return ownBytes === 0 || ownBytes + moreBytes <= room.weight * free;
}

/** Bytes by sender; senders that hold nothing take no memory. */
export class Holdings {
  readonly #bytes = new Map<string, number>();

  of(sender: string): number {
    return this.#bytes.get(sender) ?? 0;
  }

  add(sender: string, bytes: number): void {
    const held = this.of(sender) + bytes;
    if (held > 0) this.#bytes.set(sender, held);
    else this.#bytes.delete(sender);
  }

  /** How many senders hold something. */
  get size(): number {
    return this.#bytes.size;
  }
}
