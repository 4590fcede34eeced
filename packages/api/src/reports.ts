import { Type, type Static } from "typebox";

/** One parameter of a report. */
export const ReportParameter = Type.Object({
  name: Type.String(),
  type: Type.Union([Type.Literal("text"), Type.Literal("timestamp"), Type.Literal("integer"), Type.Literal("number")]),
  /** What is used when it is not given, in words or as the value; null means "no filter". */
  default: Type.Union([Type.String(), Type.Null()]),
  comment: Type.String(),
});
export type ReportParameter = Static<typeof ReportParameter>;

/** What `GET /api/reports` tells of each report. */
export const ReportDescription = Type.Object({
  name: Type.String(),
  title: Type.String(),
  comment: Type.String(),
  parameters: Type.Array(ReportParameter),
});
export type ReportDescription = Static<typeof ReportDescription>;

export const ReportList = Type.Object({ reports: Type.Array(ReportDescription) });
export type ReportList = Static<typeof ReportList>;

/** Body of `POST /api/sql`. */
export const SqlRequest = Type.Object(
  {
    sql: Type.String({ minLength: 1, maxLength: 1_000_000 }),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
    ),
  },
  { additionalProperties: false },
);
export type SqlRequest = Static<typeof SqlRequest>;
