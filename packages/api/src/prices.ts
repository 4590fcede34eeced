import { Type, type Static } from "typebox";

/** Body of `POST /api/reprice`. Times are as in reports: a span such as 7d, a date, an ISO 8601 time, or now. */
export const RepriceBody = Type.Object(
  {
    since: Type.String({ minLength: 1, maxLength: 100 }),
    until: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    /** IANA time zone in which dates, and times without an offset, are read; UTC when it is left out. */
    tz: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    /** Only this model (canonical name). */
    model: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    /** True: only tell what would change. It has to be said, because the other changes what reports answer. */
    dry_run: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type RepriceBody = Static<typeof RepriceBody>;
