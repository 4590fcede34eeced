import { expect, test } from "vitest";
import { parametersIn, splitStatements } from "./sql-text.ts";

test("a semicolon ends a statement, except in quotes and comments", () => {
  const sql = "-- a; b\nselect 'x;''y', \"c;d\" /* e; */;\n\n-- next\ncomment on view v is 'a; b';\nselect 1 - 2 / 3";

  expect(splitStatements(sql)).toEqual([
    "select 'x;''y', \"c;d\" /* e; */",
    "comment on view v is 'a; b'",
    "select 1 - 2 / 3",
  ]);
});

test("parameters are found where they are code", () => {
  const sql = "select $a, '$b', \"$c\" -- $d\n/* $e */ from t where x = $f_2 and y = $a";

  expect([...parametersIn(sql)]).toEqual(["a", "f_2"]);
});
