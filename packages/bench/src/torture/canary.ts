/** A good request that must be taken whatever happened before it. */
import { toKeyValues } from "@phasewise/testing";

/** Whether the collector takes a good span right now: the status, or 0 when there was no answer. */
export async function sendCanary(port: number, number: number): Promise<number> {
  const now = BigInt(Date.now()) * 1_000_000n;
  const hex = number.toString(16).padStart(12, "0");
  const span = {
    traceId: `cafe${hex}${hex}cafe`,
    spanId: `cafe${hex}`,
    name: "canary",
    kind: 1,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 1n),
  };
  const resource = { attributes: toKeyValues({ "service.name": "canary" }) };
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
      signal: AbortSignal.timeout(5_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/** Whether the reading side answers. */
export async function isServing(webPort: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${webPort}/health/live`, { signal: AbortSignal.timeout(5_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status === 200;
    },
    () => false,
  );
}
