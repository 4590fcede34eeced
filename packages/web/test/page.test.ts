import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { launchBrowser, type Misconduct, watch } from "./support/browser.ts";
import { NOW } from "./support/documents.ts";
import { type PageServer, startPageServer, TOKEN } from "./support/page-server.ts";

let browser: Browser;
let server: PageServer;

beforeAll(async () => {
  const dist = mkdtempSync(join(tmpdir(), "phasewise-web-"));
  const root = fileURLToPath(new URL("..", import.meta.url));
  await build({ root, logLevel: "error", build: { outDir: dist, emptyOutDir: true } });
  [browser, server] = await Promise.all([launchBrowser(), startPageServer(dist)]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(() => {
  server.scenario = "full";
});

async function open(path = "/", options: BrowserContextOptions = {}): Promise<{ page: Page; misconduct: Misconduct }> {
  const context = await browser.newContext({
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    viewport: { width: 1280, height: 860 },
    ...options,
  });
  onTestFinished(async () => {
    await context.close();
  });
  const page = await context.newPage();
  const misconduct = watch(page, server.url);
  await page.clock.install({ time: NOW });
  await page.goto(`${server.url}${path}`);
  return { page, misconduct };
}

test("shows what runs, what ran and where money goes, without a complaint or a foreign request", async () => {
  const { page, misconduct } = await open();
  await page.getByRole("heading", { name: "strategy_iteration #240" }).waitFor();
  await page.getByRole("table", { name: /^Models/ }).waitFor();
  const totals = await page.locator(".totals").innerText();
  expect(totals).toContain("$11.62");
  expect(totals).toContain("without 3 calls of unknown price");
  const failedRun = page.getByRole("row").filter({ hasText: "#235" });
  expect(await failedRun.innerText()).toMatch(/failed[\s\S]*12:51 PM[\s\S]*6 min 42 s[\s\S]*0\.388100[\s\S]*no fills/);
  const analysis = page.getByRole("table", { name: /^Phases/ }).getByRole("row", { name: /^analysis/ });
  expect(await analysis.innerText()).toMatch(/214\s+8\.406214\s+1 h 26 min/);
  const house = page.getByRole("listitem").filter({ hasText: "house-model-preview" });
  expect(await house.innerText()).toContain("no price");
  expect(misconduct).toEqual({ complaints: [], foreign: [] });
});

test("the clock of a running run ticks and its figures follow", async () => {
  const { page } = await open();
  const card = page.getByRole("listitem").filter({ hasText: "issue_triage" });
  await card.getByText("scan_execution").waitFor();
  const before = await card.locator(".clock").innerText();
  await page.clock.runFor(3000);
  const after = await card.locator(".clock").innerText();
  const seconds = (text: string): number => Number(text.split(":")[0]) * 60 + Number(text.split(":")[1]);
  expect(seconds(after) - seconds(before)).toBeGreaterThanOrEqual(2);
});

test("window, zone and measure live in the URL", async () => {
  const { page } = await open("/?window=7d&tz=UTC&by=time");
  await page.getByText("Time and money, last 7 days").waitFor();
  const failedRun = page.getByRole("row").filter({ hasText: "#235" });
  expect(await failedRun.innerText()).toContain("11:51 AM");
  await page.getByText("Share of time").first().waitFor();
  const asked = page.waitForRequest((request) => request.url().includes("phase_report?since=30d&tz=UTC"));
  await page.getByRole("radio", { name: "last 30 days" }).check();
  await asked;
  expect(new URL(page.url()).searchParams.get("window")).toBe("30d");
  await page.goBack();
  expect(await page.getByRole("radio", { name: "last 7 days" }).isChecked()).toBe(true);
});

test("a definition opens by keyboard and by click, and closes with Escape", async () => {
  const { page } = await open();
  const phases = page.getByRole("table", { name: /^Phases/ });
  const term = phases.getByRole("button", { name: /^Cost/ });
  const meaning = page.locator(".popover:popover-open");
  await term.click();
  expect(await meaning.innerText()).toContain("Computed cost of the calls, exact");
  await page.keyboard.press("Escape");
  expect(await meaning.count()).toBe(0);
  await page.keyboard.press("Tab");
  expect(await meaning.innerText()).toContain("Wall time");
  const box = await meaning.boundingBox();
  expect(box?.x).toBeGreaterThanOrEqual(0);
});

test("CSV has every digit of the document", async () => {
  const { page } = await open();
  const download = page.waitForEvent("download");
  await page.getByRole("region", { name: "Phases", exact: true }).getByRole("button", { name: "CSV" }).click();
  const file = await (await download).path();
  const lines = readFileSync(file, "utf8").split("\r\n");
  expect(lines[0]).toMatch(/^phase,runs,model_calls,/);
  expect(lines.find((line) => line.startsWith("analysis,"))).toContain(",8.4062135,");
  expect(lines).toHaveLength(8);
});

test("a collector that has never seen anything is told how to be fed, and the page notices the first span", async () => {
  server.scenario = "nothing-ever";
  const { page, misconduct } = await open();
  await page.getByRole("heading", { name: "Waiting for the first span" }).waitFor();
  const lines = await page.locator("pre").allInnerTexts();
  expect(lines.join("\n")).toContain("export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318");
  expect(lines.join("\n")).toContain("export CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1");
  server.scenario = "full";
  await page.clock.runFor(5000);
  await page.getByRole("heading", { name: "strategy_iteration #240" }).waitFor();
  expect(misconduct).toEqual({ complaints: [], foreign: [] });
});

test("an empty window says so instead of showing nothing", async () => {
  server.scenario = "empty";
  const { page } = await open("/?window=1h");
  await page.getByText("No run is open.").waitFor();
  await page.getByRole("region", { name: "Models", exact: true }).getByText("Nothing in the last hour.").waitFor();
  expect(await page.getByRole("table").count()).toBe(0);
});

test("a collector that falls silent leaves its last figures and the time of them", async () => {
  const { page } = await open();
  await page.getByRole("table", { name: /^Models/ }).waitFor();
  server.scenario = "down";
  await page.clock.runFor(12_000);
  await page.getByText(/The collector does not answer since/).waitFor();
  expect(await page.getByRole("status").innerText()).toContain("Offline");
  expect(await page.locator(".totals").innerText()).toContain("$11.62");
  server.scenario = "full";
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.clock.runFor(1000);
  await page.getByText("Up to date").waitFor();
  expect(await page.getByText(/does not answer/).count()).toBe(0);
});

test("one report that fails is told in its own words and leaves the others alone", async () => {
  server.scenario = "broken";
  const { page } = await open();
  const agents = page.getByRole("region", { name: "Agents", exact: true });
  await agents.getByText("The query ran longer than 30000 ms; narrow the window.").waitFor();
  await page.getByRole("table", { name: /^Models/ }).waitFor();
  server.scenario = "full";
  await agents.getByRole("button", { name: "Try again" }).click();
  await page.clock.runFor(100);
  await agents.getByRole("table").waitFor();
  expect(await agents.getByRole("row").count()).toBe(5);
});

test("a collector that is behind says by how much", async () => {
  server.scenario = "behind";
  const { page } = await open();
  await page.clock.runFor(3_500);
  await page.getByText("Catching up").waitFor();
  expect(await page.getByRole("status").innerText()).toContain("Catching up, 22 behind");
});

test("a token is asked for, refused when wrong, and kept in the tab only", async () => {
  server.scenario = "token";
  const { page } = await open();
  await page.getByLabel("Token").fill("wrong");
  await page.keyboard.press("Enter");
  await page.clock.runFor(100);
  await page.getByText("That token was not accepted.").waitFor();
  await page.getByLabel("Token").fill(TOKEN);
  await page.getByRole("button", { name: "Open" }).click();
  await page.clock.runFor(100);
  await page.getByRole("table", { name: /^Models/ }).waitFor();
  const kept = await page.evaluate(() => [
    sessionStorage.getItem("phasewise.token"),
    localStorage.length,
    document.cookie,
  ]);
  expect(kept).toEqual([TOKEN, 0, ""]);
});

test("nothing is wider than the screen, on a phone and in the dark either", async () => {
  for (const [width, colorScheme] of [
    [390, "dark"],
    [820, "light"],
    [1920, "light"],
  ] as const) {
    const { page } = await open("/", { viewport: { width, height: 844 }, colorScheme });
    await page.getByRole("table", { name: /^Models/ }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  }
});

test("the page can be used with the keyboard alone and skips to its figures", async () => {
  const { page } = await open();
  await page.getByRole("table", { name: /^Models/ }).waitFor();
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the figures");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Cost");
});
