import { type ReactElement, useState } from "react";
import { getText } from "../api/client.ts";
import { readToken } from "../api/token.ts";
import { csvOf } from "../format/csv.ts";

/** The figures for other programs: the API's own document, and the same as CSV with every digit. */
export function DownloadLinks({ path, name }: { readonly path: string; readonly name: string }): ReactElement {
  const [failed, setFailed] = useState(false);
  const download = async (kind: "json" | "csv"): Promise<void> => {
    try {
      const json = await getText(path);
      save(`${name}.${kind}`, kind === "csv" ? csvOf(json) : json, kind === "csv" ? "text/csv" : "application/json");
      setFailed(false);
    } catch {
      setFailed(true);
    }
  };
  return (
    <>
      <a
        className="link"
        href={path}
        onClick={(event) => {
          // A plain link cannot carry the token.
          if (readToken() === null) return;
          event.preventDefault();
          void download("json");
        }}
      >
        JSON
      </a>
      <button type="button" className="link" onClick={() => void download("csv")}>
        CSV
      </button>
      {failed && (
        <span className="field-error" role="alert">
          could not be fetched
        </span>
      )}
    </>
  );
}

function save(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken its copy by the next turn of the event loop.
  window.setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 0);
}
