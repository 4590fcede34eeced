export * from "./health.ts";
export * from "./prices.ts";
export * from "./problem.ts";
export * from "./reports.ts";
export * from "./runs.ts";
export * from "./table.ts";
export * from "./views.ts";
