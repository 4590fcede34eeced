import { defineConfig } from "vitest/config";

/** One run for everything. Packages resolve to their source, so no build is needed. */
export default defineConfig({
  resolve: { conditions: ["@phasewise/source"] },
  ssr: { resolve: { conditions: ["@phasewise/source"], externalConditions: ["@phasewise/source"] } },
  test: {
    include: [
      "packages/*/{src,test}/**/*.test.ts",
      "collector/{src,test}/**/*.test.ts",
      "grafana/{src,test}/**/*.test.ts",
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
