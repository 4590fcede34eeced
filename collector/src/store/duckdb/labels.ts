import { LABEL_NAMES, type Labels } from "../../normalise/records.ts";
import { type Column, int32, text } from "./columns.ts";

/** Names of the label columns, in the order of `LABEL_NAMES`. */
export const LABEL_COLUMNS = [
  "run_id",
  "run_name",
  "phase",
  "phase_entry",
  "agent",
  "agent_id",
  "parent_agent",
  "session_id",
  "conversation_id",
  "user_id",
] as const;

/** The columns that hold labels, the same in every table that has them. */
export function labelColumns<Row>(get: (row: Row) => Labels): readonly Column<Row>[] {
  return LABEL_NAMES.map((label, index) => {
    const column = LABEL_COLUMNS[index] ?? label;
    return label === "phaseEntry"
      ? int32<Row>(column, (row) => get(row).phaseEntry)
      : text<Row>(column, (row) => get(row)[label]);
  });
}

/** Bit set of the labels that are stated: bit n is `LABEL_NAMES[n]`. */
export function ownLabelBits(labels: Labels): number {
  let bits = 0;
  LABEL_NAMES.forEach((label, index) => {
    if (labels[label] !== undefined) bits |= 1 << index;
  });
  return bits;
}

/** The labels that the item stated itself, out of its settled ones. */
export function ownLabels(settled: Labels, bits: number): Labels {
  const own: { -readonly [Name in keyof Labels]: Labels[Name] } = {};
  LABEL_NAMES.forEach((label, index) => {
    if ((bits & (1 << index)) !== 0) Object.assign(own, { [label]: settled[label] });
  });
  return own;
}

/** Whether two sets of labels say the same. */
export function sameLabels(one: Labels, other: Labels): boolean {
  return one === other || LABEL_NAMES.every((label) => one[label] === other[label]);
}
