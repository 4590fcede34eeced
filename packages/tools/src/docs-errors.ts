import { ERRORS } from "@phasewise/collector";
import { generatedPage, table } from "./markdown.ts";

/** `docs/errors.md` from the error table. */
export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([code, kind]) => [
    `\`${code}\``,
    String(kind.status),
    kind.retryable ? "yes" : "no",
    kind.meaning,
  ]);
  return (
    generatedPage(
      "Errors of the collector",
      "`collector/src/errors.ts`",
      "A code never changes its meaning. Over HTTP an error is `application/problem+json` with `code` and `detail`; on the OTLP " +
        "paths it is a `google.rpc.Status` in the encoding of the request.",
    ) + table(["code", "HTTP status", "try again", "meaning"], rows)
  );
}
