/** What the store is given to apply at each start. */
import type { Catalogue } from "./catalogue.ts";

/** Functions, then views with their comments, each after what it needs: the input of `Store.applyViews`. */
export function viewStatements(catalogue: Catalogue): readonly string[] {
  return [...catalogue.functions, ...catalogue.views].flatMap((file) => file.statements);
}
