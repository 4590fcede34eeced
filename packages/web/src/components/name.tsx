import { Fragment, type ReactElement } from "react";

/** A name that may break after its underscores, hyphens, dots and slashes, and nowhere else if it can be helped. */
export function Name({ children }: { readonly children: string }): ReactElement {
  const parts = children.split(/(?<=[_\-./:])/);
  return (
    <>
      {parts.map((part, index) => (
        // Parts of one name never change places.
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={index}>
          {part}
          {index < parts.length - 1 && <wbr />}
        </Fragment>
      ))}
    </>
  );
}
