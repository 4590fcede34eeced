/** Takes the pictures of `docs/screenshots` from a real collector, with the demo's runs in it and one still running. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startCollector, type CollectorProcess } from "@phasewise/testing";
import { launchBrowser } from "../../web/test/support/browser.ts";

const ROOT = join(import.meta.dirname, "../../..");
const FOLDER = join(ROOT, "docs/screenshots");

/** Each picture: its name, size and colour scheme. */
const PICTURES = [
  { name: "now-desktop-light", width: 1280, height: 900, colorScheme: "light" },
  { name: "now-desktop-dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "now-phone-light", width: 390, height: 844, colorScheme: "light" },
  { name: "now-phone-dark", width: 390, height: 844, colorScheme: "dark" },
] as const;

const collector = await startCollector();
const browser = await launchBrowser();
try {
  await demo(collector, ["--iterations", "5", "--pace", "0.3"]);
  // Slow enough to be still running in every picture.
  const running = demo(collector, ["--iterations", "1", "--pace", "4"]);
  await sleep(4_000);
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, width, height, colorScheme } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme, deviceScaleFactor: 2 });
    await page.goto(`${collector.url}/?window=1h`);
    await page.getByText("claude-sonnet-5-5").first().waitFor();
    await page.getByText("Output tokens").first().waitFor();
    await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
    await page.close();
    process.stdout.write(`docs/screenshots/${name}.png\n`);
  }
  await running;
} finally {
  await browser.close();
  await collector.stop();
}

async function demo(to: CollectorProcess, args: readonly string[]): Promise<void> {
  const main = join(ROOT, "packages/demo/src/main.ts");
  const child = spawn(process.execPath, ["--conditions=@phasewise/source", main, ...args], {
    // oxlint-disable-next-line node/no-process-env -- a child process needs its search path
    env: { PATH: process.env["PATH"], PHASEWISE_URL: to.url, OTEL_EXPORTER_OTLP_ENDPOINT: to.otlpUrl },
    stdio: "ignore",
  });
  await new Promise((done) => child.once("close", done));
}
