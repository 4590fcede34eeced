/** Who may send a body now: the collector is open, and there is room in memory, which senders share fairly. */
import { PhasewiseError } from "../errors.ts";
import { Holdings, mayTake } from "../fair-share.ts";

/** The room that one body takes, from its first byte until it is durable or refused. */
export interface Ticket {
  /** Takes room for more bytes before they are kept; throws IN_FLIGHT_FULL when there is none. */
  readonly grow: (bytes: number) => void;
  /** Gives some of it back. */
  readonly shrink: (bytes: number) => void;
  /** Gives all of it back. A second time changes nothing. */
  readonly release: () => void;
}

/** The door for bodies, shared by the receivers. */
export interface Admission {
  /**
   * Asks for room for a body of about so many bytes (0 when unknown) before it is read. Nothing is held yet: a sender
   * that announces much and sends slowly takes no room from others. Throws what the sender is answered.
   */
  enter(sender: string, expectedBytes: number): Ticket;
  /** Bytes of bodies that are held now. */
  inFlightBytes(): number;
}

/** What an admission is made of. */
export interface AdmissionOptions {
  readonly maxBytes: number;
  /** Throws while nothing may be taken at all, e.g. STORE_UNAVAILABLE or DISK_LOW. */
  readonly checkOpen: () => void;
}

/** One sender alone may hold half, two a third each, and so on: a share is always left for those that come next. */
const WEIGHT = 1;

/** An admission with nothing in it. */
export function createAdmission({ maxBytes, checkOpen }: AdmissionOptions): Admission {
  const holdings = new Holdings();
  let total = 0;

  const require = (sender: string, own: number, bytes: number): void => {
    // A body that is alone is always taken: only the limit of its own size counts.
    if (total === own) return;
    if (mayTake({ limitBytes: maxBytes, heldBytes: total, weight: WEIGHT }, holdings.of(sender), bytes)) return;
    throw new PhasewiseError(
      "IN_FLIGHT_FULL",
      `Expected at most ${maxBytes} bytes of bodies in flight and a fair share of them for each sender, got ${total} and ` +
        `${bytes} more. Send again in a second, or raise PHASEWISE_IN_FLIGHT_MAX_BYTES.`,
    );
  };

  return {
    inFlightBytes: () => total,
    enter(sender, expectedBytes) {
      checkOpen();
      require(sender, 0, expectedBytes);
      let own = 0;
      let isOpen = true;
      const move = (bytes: number): void => {
        own += bytes;
        total += bytes;
        holdings.add(sender, bytes);
      };
      return {
        grow(bytes) {
          if (!isOpen) return;
          require(sender, own, bytes);
          move(bytes);
        },
        shrink(bytes) {
          if (isOpen) move(-Math.min(bytes, own));
        },
        release() {
          if (isOpen) move(-own);
          isOpen = false;
        },
      };
    },
  };
}
