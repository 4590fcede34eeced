/** The order in which views can be made, from what each says that it reads. */
import { PhasewiseError } from "../errors.ts";

/** What ordering needs to know of a view. */
export interface Ordered {
  readonly name: string;
  readonly reads: readonly string[];
}

/** Every view after the views that it reads; by name where that leaves a choice. Refuses cycles and unknown names. */
export function inOrder<T extends Ordered>(views: readonly T[], tables: readonly string[]): readonly T[] {
  const byName = new Map(views.map((view) => [view.name, view]));
  const done = new Set<string>();
  const ordered: T[] = [];
  const visit = (view: T, path: readonly string[]): void => {
    if (done.has(view.name)) return;
    if (path.includes(view.name)) {
      throw new PhasewiseError(
        "VIEW_INVALID",
        `Views read each other in a circle: ${[...path, view.name].join(" -> ")}.`,
      );
    }
    for (const name of view.reads) {
      const read = byName.get(name);
      if (read !== undefined) visit(read, [...path, view.name]);
      else if (!tables.includes(name)) {
        throw new PhasewiseError(
          "VIEW_INVALID",
          `views/${view.name}.sql reads ${name}, which is no table and no view.`,
        );
      }
    }
    done.add(view.name);
    ordered.push(view);
  };
  for (const view of views.toSorted((one, other) => (one.name < other.name ? -1 : 1))) visit(view, []);
  return ordered;
}
