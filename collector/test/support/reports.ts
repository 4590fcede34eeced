/** Rows of a report, or of a query when the name is `sql`. */
export async function readReport(
  url: string,
  name: string,
  sql?: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const response =
    name === "sql"
      ? await fetch(`${url}/api/sql`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ sql }),
        })
      : await fetch(`${url}/api/reports/${name}?since=1d`);
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  const table = (await response.json()) as { readonly rows: readonly Readonly<Record<string, unknown>>[] };
  return table.rows;
}
