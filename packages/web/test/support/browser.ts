import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright, type Page } from "playwright-core";

/** Starts the packaged Chromium, unpacked to the temporary folder at its first use. */
export async function launchBrowser(): Promise<Browser> {
  return await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ["--no-sandbox", "--no-zygote", "--disable-gpu", "--font-render-hinting=none"],
  });
}

/** What a page did that it must not do. */
export interface Misconduct {
  /** Errors and warnings of the console, content security violations included, and uncaught errors. */
  readonly complaints: string[];
  /** Requests to another origin than the page's. */
  readonly foreign: string[];
}

/** Watches a page from before its first request. */
export function watch(page: Page, origin: string): Misconduct {
  const misconduct: Misconduct = { complaints: [], foreign: [] };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) misconduct.complaints.push(message.text());
  });
  page.on("pageerror", (error) => {
    misconduct.complaints.push(error.message);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("blob:")) {
      misconduct.foreign.push(request.url());
    }
  });
  return misconduct;
}
