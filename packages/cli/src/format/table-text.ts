import CliTable3 from "cli-table3";
import { type CliContext, lineWidth, paint } from "../context.ts";
import type { FormattedColumn } from "./cells.ts";
import { chooseColumns } from "./choose-columns.ts";
import { graphemes } from "./graphemes.ts";

/** A text cell longer than this is cut, unless every column is asked for. */
const LONGEST_CELL = 48;

const RULES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
} as const;

/** Left-out columns that are named; the rest would only make noise. */
const NAMED = 4;

/** Draws columns for people, as many as the line holds, and says which it left out. */
export function tableText(context: CliContext, columns: readonly FormattedColumn[], allColumns: boolean): string {
  const cut = allColumns ? columns : columns.map(cutCells);
  const { shown, leftOut } = allColumns
    ? { shown: cut, leftOut: [] }
    : chooseColumns(cut, Math.max(20, lineWidth(context)));
  const table = new CliTable3({
    head: shown.map((column) => paint(context, "strong", column.heading)),
    colAligns: shown.map((column) => column.align),
    chars: RULES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  const height = columns[0]?.cells.length ?? 0;
  for (let row = 0; row < height; row += 1) table.push(shown.map((column) => column.cells[row] ?? ""));
  const lines = table.toString().split("\n");
  const body = lines.map((line) => line.trimEnd()).join("\n");
  if (leftOut.length === 0) return `${body}\n`;
  const named = leftOut.slice(0, NAMED).map((column) => column.name);
  const names = leftOut.length > NAMED ? `${named.join(", ")}, ...` : named.join(", ");
  return `${body}\n${paint(context, "quiet", `${leftOut.length} more with --all-columns: ${names}`)}\n`;
}

function cutCells(column: FormattedColumn): FormattedColumn {
  if (column.align === "right") return column;
  return { ...column, cells: column.cells.map(cutCell) };
}

function cutCell(cell: string): string {
  const characters = graphemes(cell);
  return characters.length <= LONGEST_CELL ? cell : `${characters.slice(0, LONGEST_CELL - 1).join("")}…`;
}
