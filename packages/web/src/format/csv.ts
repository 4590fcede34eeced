/** A document of the API whose numbers are still text, so that no digit is lost. */
interface ExactTable {
  readonly columns: readonly { readonly name: string }[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const keepDigits: Reviver = (_key, value, context) =>
  typeof value === "number" ? (context?.source ?? String(value)) : value;

/** The API's document as RFC 4180 text, digits as they came. */
export function csvOf(json: string): string {
  const table = JSON.parse(json, keepDigits) as ExactTable;
  const lines = [
    table.columns.map((column) => quote(column.name)),
    ...table.rows.map((row) => table.columns.map((column) => quote(cell(row[column.name])))),
  ];
  return lines.map((cells) => `${cells.join(",")}\r\n`).join("");
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
