/** When a bound is reached, senders are asked to come back, the quiet ones are not, and nobody has to restart anything. */
import { spawnSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCollector, tracesPayload, type CollectorProcess } from "@phasewise/testing";
import { afterEach, expect, test } from "vitest";
import { openRaw, postFrom, postHead, type RawConnection } from "./support/raw-http.ts";
import { readReport } from "./support/reports.ts";

const MiB = 1024 * 1024;
const JSON_TYPE = { "content-type": "application/json" };
let collector: CollectorProcess | undefined;

afterEach(async () => {
  await collector?.stop();
  collector = undefined;
});

function body(trace: number, padding = 0): string {
  const attributes = { padding: "x".repeat(padding) };
  return JSON.stringify(
    tracesPayload({}, [{ trace, id: 1, name: "step", startUnixMs: 1_795_000_000_000, attributes }]),
  );
}

// Only Linux answers on every address of 127.0.0.0/8 without more ado.
test.skipIf(process.platform !== "linux")(
  "a noisy sender that fills the memory for bodies is asked to come back; twenty quiet ones never are",
  async () => {
    collector = await startCollector({ environment: { PHASEWISE_IN_FLIGHT_MAX_BYTES: String(8 * MiB) } });
    const url = `${collector.otlpUrl}/v1/traces`;
    const held: RawConnection[] = [];
    for (let index = 0; index < 32; index++) {
      const connection = await openRaw(collector.otlpHttpPort, "127.0.0.2");
      connection.socket.write(postHead(`Content-Length: ${MiB}`) + " ".repeat(0.9 * MiB));
      held.push(connection);
    }
    const refused = (): number => held.filter((one) => one.received().startsWith("HTTP/1.1 503")).length;
    await expect.poll(refused, { timeout: 10_000 }).toBeGreaterThan(20);
    for (const one of held.filter((connection) => connection.received() !== "")) {
      expect(one.received()).toMatch(/^retry-after: 1\r$/im);
      expect(one.received()).toContain("PHASEWISE_IN_FLIGHT_MAX_BYTES");
    }

    for (let wave = 0; wave < 10; wave++) {
      const quiet = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          postFrom(url, JSON_TYPE, body(20 * wave + index + 1, 20_000), `127.0.0.${3 + index}`),
        ),
      );
      expect(quiet.map((answer) => answer.status)).toStrictEqual(quiet.map(() => 200));
    }
    const noisy = await postFrom(url, JSON_TYPE, body(999, MiB), "127.0.0.2");
    expect([noisy.status, noisy.headers["retry-after"]]).toStrictEqual([503, "1"]);

    for (const { socket } of held) socket.destroy();
    await expect.poll(async () => (await postFrom(url, JSON_TYPE, body(1000, MiB), "127.0.0.2")).status).toBe(200);
    const metrics = await (await fetch(`${collector.url}/metrics`)).text();
    expect(metrics).toMatch(/^phasewise_requests_refused_total\{process="front",reason="IN_FLIGHT_FULL"\} \d+$/m);
  },
  60_000,
);

const small = join(tmpdir(), `phasewise-small-data-${process.pid}`);
const mounted = spawnSync("sh", ["-c", `mkdir -p ${small} && mount -t tmpfs -o size=200m tmpfs ${small}`]);
if (mounted.status !== 0) console.log(`skipped: a small disk cannot be mounted: ${String(mounted.stderr).trim()}`);

test.skipIf(mounted.status !== 0)(
  "a disk that is nearly full, three times, is a pause: 503, reports go on, and taking resumes by itself",
  async () => {
    const dataFolder = join(small, "data");
    const filler = join(small, "filler");
    try {
      collector = await startCollector({
        dataFolder,
        environment: { PHASEWISE_DISK_MIN_FREE_BYTES: String(60 * MiB) },
      });
      const { url, otlpUrl } = collector;
      const send = async (trace: number): Promise<number> =>
        (await postFrom(`${otlpUrl}/v1/traces`, JSON_TYPE, body(trace))).status;
      let taken = 0;
      for (let time = 0; time < 3; time++) {
        expect(await send(++taken)).toBe(200);
        await collector.ready();
        const free = spawnSync("sh", ["-c", `df -B1 --output=avail ${small} | tail -1`]);
        await writeFile(filler, Buffer.alloc(Number(free.stdout.toString()) - 40 * MiB));
        await expect.poll(() => send(1), { timeout: 5000 }).toBe(503);
        const spans = await readReport(url, "sql", "select count(*) as n from spans");
        expect(spans).toStrictEqual([{ n: taken }]);
        const metrics = await (await fetch(`${url}/metrics`)).text();
        expect(metrics).toMatch(/^phasewise_disk_low\{process="front"\} 1$/m);
        await rm(filler);
        await expect.poll(() => send(1), { timeout: 5000 }).toBe(200);
      }
      const lines = collector.output().match(/the disk is nearly full/g) ?? [];
      expect(lines).toHaveLength(3);
    } finally {
      await collector?.stop();
      collector = undefined;
      spawnSync("sh", ["-c", `umount ${small}`]);
      await rm(small, { recursive: true, force: true });
    }
  },
  90_000,
);
