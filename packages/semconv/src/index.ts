export * from "./gen-ai.ts";
export * from "./general.ts";
export * from "./phasewise.ts";
export * from "./values.ts";
