/** The prices that hold: ours, and before them those of the user's price file, which is read again when it changes. */
import { readFile } from "node:fs/promises";
import { unwatchFile, watchFile } from "node:fs";
import { resolve } from "node:path";
import { listPrices, makePriceBook, readPriceFile } from "@phasewise/providers";
import type { ListedPrice, ListQuestion, PriceBook } from "@phasewise/providers";
import { PhasewiseError } from "../errors.ts";
import { createPriceCall } from "../normalise/settle/price-call.ts";
import { createSettle } from "../normalise/settle/settle.ts";
import type { PriceCall, Settle } from "../normalise/settlement.ts";
import { tokenPricesStatement } from "./token-prices.ts";

/** What the operator should hear of. */
export interface PriceDeskLog {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** The prices, for whoever needs them. */
export interface PriceDesk {
  /** Settles with the prices that hold when it is called. */
  readonly settle: Settle;
  /** The prices of this moment; a later change of the file does not change them. */
  readonly priceCall: () => PriceCall;
  /** Undefined when the price file has no rate of the currency. */
  readonly list: (question: ListQuestion) => readonly ListedPrice[] | undefined;
  /** Path of the price file, and what is wrong with its newest state; undefined without one. */
  readonly file: () => { readonly path: string; readonly problem: string | undefined } | undefined;
  /** Makes the SQL function `token_prices` know the price file; undefined without one, when the function's own file is enough. */
  readonly tokenPrices: () => string | undefined;
  readonly close: () => void;
}

/** How the desk is opened. */
export interface PriceDeskOptions {
  /**
   * The process took the place of one that died: a file that cannot be used then must not end the collector, so the
   * built-in prices hold until it can be used again.
   */
  readonly isRestart?: boolean | undefined;
  /** Called when other prices hold than before. */
  readonly onChange?: (() => void) | undefined;
  /** Milliseconds between two looks at the file; 2000 when left out. */
  readonly lookEveryMs?: number | undefined;
}

/** How often the file is looked at. */
const LOOK_EVERY_MS = 2_000;

/**
 * Opens the desk. `path` is the setting `PHASEWISE_PRICES`, empty for none. Throws `CONFIG_INVALID` when the file cannot
 * be used; one that becomes so later changes nothing: the prices before it go on.
 */
export async function openPriceDesk(
  path: string,
  log: PriceDeskLog,
  { isRestart = false, onChange, lookEveryMs = LOOK_EVERY_MS }: PriceDeskOptions = {},
): Promise<PriceDesk> {
  const file = path === "" ? undefined : resolve(path);
  let book = makePriceBook();
  let problem: string | undefined;
  if (file !== undefined) {
    try {
      book = await readBook(file);
      log.info({ file, ...sizeOf(book) }, "the price file was read");
    } catch (error) {
      if (!isRestart) throw error;
      problem = messageOf(error);
      log.error({ file, problem }, "the price file cannot be used; the built-in prices hold until it can");
    }
  }

  async function readAgain(name: string): Promise<void> {
    try {
      book = await readBook(name);
      problem = undefined;
      log.info({ file: name, ...sizeOf(book) }, "the price file was read again");
      onChange?.();
    } catch (error) {
      problem = messageOf(error);
      log.error({ file: name, problem }, "the changed price file cannot be used; the prices before it go on");
    }
  }

  const changed = (): void => {
    if (file !== undefined) void readAgain(file);
  };
  if (file !== undefined) watchFile(file, { interval: lookEveryMs, persistent: false }, changed);
  return {
    settle: createSettle((call) => createPriceCall(book.price)(call)),
    priceCall: () => createPriceCall(book.price),
    list: (question) => listPrices(book, question),
    file: () => (file === undefined ? undefined : { path: file, problem }),
    tokenPrices: () => (file === undefined ? undefined : tokenPricesStatement(book)),
    close: () => {
      if (file !== undefined) unwatchFile(file, changed);
    },
  };
}

async function readBook(file: string): Promise<PriceBook> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new PhasewiseError(
      "CONFIG_INVALID",
      `PHASEWISE_PRICES: expected a price file that can be read, got ${messageOf(error)}`,
    );
  }
  const read = readPriceFile(text, file);
  if (!read.ok) throw new PhasewiseError("CONFIG_INVALID", `PHASEWISE_PRICES:\n${read.problems.join("\n")}`);
  return makePriceBook(read.prices);
}

function sizeOf({ userPrices }: PriceBook): Readonly<Record<string, number>> {
  const { rows, discounts, rates } = userPrices;
  return { prices: rows.length, discounts: discounts.length, rates: rates.length };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
