/**
 * Remembers what was finished but not yet delivered, so that the last of it can be sent when the process dies.
 * Bounded: when full, the oldest is forgotten.
 */
export interface Outbox<T> {
  add(item: T): void;
  /** Forgets items that were delivered or given up. */
  settle(items: readonly T[]): void;
  pending(): T[];
  readonly size: number;
  /** How many items were ever added. */
  readonly added: number;
}

/** An outbox for at most this many items: what the batch processors and the exporters hold by default. */
export function createOutbox<T>(limit: number = 8192): Outbox<T> {
  const items = new Set<T>();
  let added = 0;
  return {
    add(item: T): void {
      if (items.size >= limit) for (const oldest of items) if (items.delete(oldest)) break;
      items.add(item);
      added += 1;
    },
    settle(done: readonly T[]): void {
      for (const item of done) items.delete(item);
    },
    pending: () => [...items],
    get size(): number {
      return items.size;
    },
    get added(): number {
      return added;
    },
  };
}
