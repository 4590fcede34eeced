/** The page's files: nothing from elsewhere, nothing inline, and cached only when the name says which content it is. */
import { fastifyStatic } from "@fastify/static";
import type { FastifyInstance, FastifyRequest } from "fastify";

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Serves the folder of the built page at `/`. */
export function pageRoutes(app: FastifyInstance, webFolder: string): void {
  app.register(fastifyStatic, {
    root: webFolder,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Vite puts a hash of the content into the names below assets/.
      const isHashed = /[\\/]assets[\\/][^\\/]+-[\w-]{8,}\.\w+$/.test(path);
      reply.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-store");
      reply.header("content-security-policy", CONTENT_SECURITY_POLICY);
    },
  });
}

/** Whether a path may be had without the token: the page's files and health, never the API. */
export function isOpenPath(path: string): boolean {
  // The router decodes %xx before it matches, so a path with one could be anything; the page's own names have none.
  return !path.includes("%") && !/^\/+api(?:\/|$)/i.test(path);
}

/** Whether a browser asks for one of the page's own addresses, which are all drawn by its one document. */
export function isPageAddress(request: FastifyRequest): boolean {
  const path = request.url.split("?", 1)[0] ?? "/";
  const wantsDocument = request.headers.accept?.includes("text/html") ?? false;
  const isOurs = isOpenPath(path) && !path.startsWith("/health/") && !/\.\w+$/.test(path);
  return request.method === "GET" && wantsDocument && isOurs;
}
