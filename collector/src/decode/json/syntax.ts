/** Where the text stops being JSON, and what should have stood there. */
export interface SyntaxProblem {
  readonly position: number;
  readonly expected: string;
}

const WHITE = /[ \t\n\r]*/y;
// Everything from the space up but the quote and the backslash: whole runs at a step, without backtracking.
const STRING_PART = /[ !#-[\]-\uffff]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Finds the first mistake in text that `JSON.parse` refused. Its own message is not used: it often lacks the position
 * and quotes the body, which may be private. The caller has bounded the depth.
 */
export function syntaxErrorAt(text: string): SyntaxProblem {
  const walker = { text, position: 0 };
  const problem = value(walker);
  if (problem !== undefined) return problem;
  skip(walker, WHITE);
  return { position: walker.position, expected: "the end" };
}

interface Walker {
  readonly text: string;
  position: number;
}

function value(walker: Walker): SyntaxProblem | undefined {
  skip(walker, WHITE);
  switch (walker.text[walker.position]) {
    case "{":
      return members(walker, "}", true);
    case "[":
      return members(walker, "]", false);
    case '"':
      return string(walker);
    default:
      return skip(walker, SCALAR) ? undefined : problemAt(walker, "a value");
  }
}

function members(walker: Walker, close: string, named: boolean): SyntaxProblem | undefined {
  walker.position++;
  skip(walker, WHITE);
  if (take(walker, close)) return undefined;
  for (;;) {
    const problem = (named ? name(walker) : undefined) ?? value(walker);
    if (problem !== undefined) return problem;
    skip(walker, WHITE);
    if (take(walker, close)) return undefined;
    if (!take(walker, ",")) return problemAt(walker, `"," or "${close}"`);
  }
}

function name(walker: Walker): SyntaxProblem | undefined {
  skip(walker, WHITE);
  if (walker.text[walker.position] !== '"') return problemAt(walker, "a field name in double quotes");
  const problem = string(walker);
  if (problem !== undefined) return problem;
  skip(walker, WHITE);
  return take(walker, ":") ? undefined : problemAt(walker, '":"');
}

function string(walker: Walker): SyntaxProblem | undefined {
  walker.position++;
  while (skip(walker, STRING_PART));
  return take(walker, '"') ? undefined : problemAt(walker, "a character of a string or its closing quote");
}

function skip(walker: Walker, pattern: RegExp): boolean {
  pattern.lastIndex = walker.position;
  const matched = pattern.test(walker.text);
  if (matched) walker.position = pattern.lastIndex;
  return matched;
}

function take(walker: Walker, character: string): boolean {
  if (walker.text[walker.position] !== character) return false;
  walker.position++;
  return true;
}

function problemAt(walker: Walker, expected: string): SyntaxProblem {
  return { position: walker.position, expected };
}
