/** Lets a few go at once; the others wait in order, for as long as their caller lets them. */
export class Limiter {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  #running = 0;
  readonly #waiting: Waiter[] = [];
  #whenIdle: (() => void) | undefined;

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  /** Resolves when the caller may go. `onWait` gets a function that ends the waiting with an error. */
  async enter(onWait: (giveUp: (error: Error) => void) => void, tooMany: () => Error): Promise<void> {
    if (this.#running < this.#maxRunning) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= this.#maxWaiting) throw tooMany();
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      this.#waiting.push(waiter);
      onWait((error) => {
        const at = this.#waiting.indexOf(waiter);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        reject(error);
      });
    });
  }

  /** Gives the place to the next one who waits. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.resolve();
      return;
    }
    this.#running -= 1;
    if (this.#running === 0) this.#whenIdle?.();
  }

  /** Sends the waiting ones away and resolves when nobody runs any more. */
  async drain(error: Error): Promise<void> {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
  }
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}
