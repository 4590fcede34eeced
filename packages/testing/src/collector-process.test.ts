import { expect, test } from "vitest";
import { startCollector } from "./collector-process.ts";

test("a collector that cannot start is told with what it wrote", async () => {
  const starting = startCollector({ environment: { PHASEWISE_WEB_PORT: "no port" } });

  await expect(starting).rejects.toThrow("PHASEWISE_WEB_PORT");
});
