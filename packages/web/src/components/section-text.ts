/** Which report a section shows and how it speaks of it. */
export interface SectionText {
  readonly report: string;
  /** Column that names a row. */
  readonly name: string;
  readonly title: string;
  readonly lead: string;
  /** Name of the row whose name is absent. */
  readonly unnamed: string;
}
