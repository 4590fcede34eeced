import type { ReactElement, ReactNode } from "react";
import type { ApiFailure } from "../api/client.ts";

/** A quiet sentence where figures would be. */
export function Empty({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className="empty">{children}</div>;
}

/** What went wrong with one section, and a way to try again. */
export function Failure(props: { readonly failure: ApiFailure; readonly onRetry: () => void }): ReactElement {
  return (
    <div className="failure" role="alert">
      <p>{props.failure.message}</p>
      <button type="button" className="button" onClick={props.onRetry}>
        Try again
      </button>
    </div>
  );
}

/** Grey lines in the shape of what is coming. */
export function Skeleton({ lines, label }: { readonly lines: number; readonly label: string }): ReactElement {
  return (
    <div className="skeleton" aria-busy="true">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_line, index) => (
        <span key={index} className="skeleton-line" aria-hidden="true" />
      ))}
    </div>
  );
}
