import { type AddressInfo, connect } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, describe, expect, test } from "vitest";
import { isPhasewiseError } from "./errors.ts";
import { type GuardOptions, guard } from "./guard.ts";

let app: FastifyInstance | undefined;
let port = 0;

afterEach(async () => {
  await app?.close();
});

async function start(options: Partial<GuardOptions> = {}, bind = "127.0.0.1"): Promise<void> {
  app = Fastify();
  guard(app, { token: "", allowedHosts: [], host: bind, ...options });
  app.setErrorHandler((error, _request, reply) =>
    reply.code(isPhasewiseError(error) ? error.status : 500).send(isPhasewiseError(error) ? error.code : "?"),
  );
  app.all("/*", () => "welcome");
  await app.listen({ host: bind, port: 0 });
  port = (app.server.address() as AddressInfo).port;
}

/** The answer to a request whose header lines are sent as they are. `PORT` stands for the port. */
async function ask(lines: readonly string[], target = "/api", method = "GET"): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString()));
  const head = [`${method} ${target} HTTP/1.1`, ...lines, "Connection: close", "Content-Length: 0", "", ""];
  socket.write(head.join("\r\n").replaceAll("PORT", String(port)));
  await new Promise((resolve) => socket.once("close", resolve));
  return answer.slice(answer.indexOf("\r\n\r\n") + 4);
}

describe("the Host header", () => {
  test.each(["localhost", "localhost:PORT", "127.0.0.1:PORT", "127.9.9.9", "[::1]:PORT", "LOCALHOST:1"])(
    "%s is answered",
    async (host) => {
      await start();
      expect(await ask([`Host: ${host}`])).toBe("welcome");
    },
  );

  test.each([
    "evil.com",
    "evil.com:PORT",
    "localhost.evil.com",
    "localhost.",
    "127.0.0.1.nip.io",
    "127.0.0.256.evil",
    "[::2]",
    "localhost@evil.com",
    "localhost, evil.com",
    "",
    "0.0.0.0",
  ])("%s is refused", async (host) => {
    await start();
    expect(await ask([`Host: ${host}`])).toBe("HOST_NOT_ALLOWED");
  });

  test("sent twice is refused, the same one too", async () => {
    await start();
    expect(await ask(["Host: localhost", "Host: evil.com"])).toBe("HOST_NOT_ALLOWED");
    expect(await ask(["Host: localhost", "Host: localhost"])).toBe("HOST_NOT_ALLOWED");
  });

  test("may be an allowed host, with any port or with the one that is named", async () => {
    await start({ allowedHosts: ["Phasewise.example.com", " other.example.com:8443"] });
    expect(await ask(["Host: phasewise.example.com:1234"])).toBe("welcome");
    expect(await ask(["Host: other.example.com:8443"])).toBe("welcome");
    expect(await ask(["Host: other.example.com"])).toBe("HOST_NOT_ALLOWED");
  });

  test("may be the address that the connection came in on when bound to all of them", async () => {
    await start({}, "0.0.0.0");
    expect(await ask(["Host: 127.0.0.1"])).toBe("welcome");
    expect(await ask(["Host: 192.0.2.1"])).toBe("HOST_NOT_ALLOWED");
  });

  test("must agree with an absolute request target", async () => {
    await start();
    expect(await ask(["Host: localhost"], "http://evil.com/api")).toBe("HOST_NOT_ALLOWED");
    expect(await ask(["Host: localhost:PORT"], "http://localhost:PORT/api")).not.toBe("HOST_NOT_ALLOWED");
  });
});

describe("the Origin header", () => {
  test.each(["http://localhost:PORT", "http://127.0.0.1:PORT", "https://localhost:PORT"])(
    "%s is ours",
    async (origin) => {
      await start();
      expect(await ask(["Host: localhost:PORT", `Origin: ${origin}`])).toBe("welcome");
    },
  );

  test.each([
    "null",
    "http://evil.com",
    "http://localhost:1",
    "http://localhost",
    "file://",
    "http://localhost:PORT.evil.com",
    "",
  ])("%s is refused", async (origin) => {
    await start();
    expect(await ask(["Host: localhost:PORT", `Origin: ${origin}`], "/api", "POST")).toBe("ORIGIN_NOT_ALLOWED");
  });

  test("of a proxy that speaks TLS for us is ours when its host is allowed", async () => {
    await start({ allowedHosts: ["phasewise.example.com"] });
    const origin = "Origin: https://phasewise.example.com";
    expect(await ask(["Host: phasewise.example.com", origin])).toBe("welcome");
    expect(await ask(["Host: localhost", origin])).toBe("ORIGIN_NOT_ALLOWED");
  });

  test("a preflight of another origin is refused and allows nothing", async () => {
    await start();
    const answer = await fetch(`http://127.0.0.1:${port}/api`, {
      method: "OPTIONS",
      headers: { origin: "http://evil.com" },
    });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toStrictEqual([403, null]);
  });

  test("a request of another site is refused, but a link to an open page may be followed", async () => {
    await start({ isOpen: (path) => path === "/" });
    const link = [
      "Host: localhost",
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Mode: navigate",
      "Sec-Fetch-Dest: document",
    ];
    expect(await ask(["Host: localhost", "Sec-Fetch-Site: cross-site"])).toBe("ORIGIN_NOT_ALLOWED");
    expect(await ask(link, "/api")).toBe("ORIGIN_NOT_ALLOWED");
    expect(await ask(link, "/?report=phase")).toBe("welcome");
    expect(await ask(link, "/", "POST")).toBe("ORIGIN_NOT_ALLOWED");
    expect(await ask([...link.slice(0, 3), "Sec-Fetch-Dest: iframe"], "/")).toBe("ORIGIN_NOT_ALLOWED");
    expect(await ask(["Host: localhost", "Sec-Fetch-Site: same-origin"])).toBe("welcome");
  });
});

describe("the token", () => {
  const token = "s3cret-Token";

  test("is asked for only when one is set", async () => {
    await start();
    expect(await ask(["Host: localhost"])).toBe("welcome");
  });

  test.each([`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`])("%s is let in", async (value) => {
    await start({ token });
    expect(await ask(["Host: localhost", `Authorization: ${value}`])).toBe("welcome");
  });

  test.each([
    "",
    "Bearer",
    "Bearer wrong",
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token}x`,
    `Bearer ${token.toLowerCase()}`,
    `Bearer ${token} ${token}`,
    `Basic ${token}`,
    token,
    `Bearer ${"x".repeat(10_000)}`,
  ])("%s is refused", async (value) => {
    await start({ token });
    expect(await ask(["Host: localhost", `Authorization: ${value}`])).toBe("UNAUTHORIZED");
  });

  test("in the query, or in one of two headers, is refused", async () => {
    await start({ token });
    expect(await ask(["Host: localhost"], `/api?token=${token}&access_token=${token}`)).toBe("UNAUTHORIZED");
    const both = [`Authorization: Bearer ${token}`, "Authorization: Bearer wrong"];
    expect(await ask(["Host: localhost", ...both])).toBe("UNAUTHORIZED");
    expect(await ask(["Host: localhost", ...both.toReversed()])).toBe("UNAUTHORIZED");
  });

  test("is not asked for at an open path, whatever the query says", async () => {
    await start({ token, isOpen: (path) => path === "/open" });
    expect(await ask(["Host: localhost"], "/open?x=1")).toBe("welcome");
    expect(await ask(["Host: localhost"], "/api?/open")).toBe("UNAUTHORIZED");
    expect(await ask(["Host: evil.com"], "/open")).toBe("HOST_NOT_ALLOWED");
  });
});
