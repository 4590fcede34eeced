/** Reading SQL text as far as the catalogue needs it: where statements end, and which parameters they name. */

/** One piece of SQL text: code, or something in which `;` and `$` mean nothing. */
interface Piece {
  readonly kind: "code" | "comment" | "quoted";
  readonly text: string;
}

const PIECES =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?\*\/)|(?<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?<code>[^'"\-/]+|[-/'"])/g;

/** The statements of a file, without the comment lines before each and without the final semicolon. */
export function splitStatements(sql: string): readonly string[] {
  const statements: string[] = [];
  let current = "";
  for (const piece of pieces(sql)) {
    if (piece.kind !== "code") {
      current += piece.kind === "comment" && current.trim() === "" ? "" : piece.text;
      continue;
    }
    const [first = "", ...others] = piece.text.split(";");
    current += first;
    for (const other of others) {
      statements.push(current.trim());
      current = other;
    }
  }
  statements.push(current.trim());
  return statements.filter((statement) => statement !== "");
}

/** Names of the `$name` parameters that SQL text uses, each once. */
export function parametersIn(sql: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const piece of pieces(sql)) {
    if (piece.kind !== "code") continue;
    for (const match of piece.text.matchAll(/\$([a-z_][a-z0-9_]*)/g)) names.add(match[1] ?? "");
  }
  return names;
}

function* pieces(sql: string): Generator<Piece> {
  for (const match of sql.matchAll(PIECES)) {
    const kind =
      match.groups?.["comment"] !== undefined ? "comment" : match.groups?.["quoted"] !== undefined ? "quoted" : "code";
    yield { kind, text: match[0] };
  }
}
