const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The characters of a text as people see them. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), (part) => part.segment);
}
