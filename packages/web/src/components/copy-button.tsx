import { type ReactElement, useEffect, useState } from "react";

/** Copies a text and says so for a moment. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }): ReactElement {
  const [outcome, setOutcome] = useState<"idle" | "copied" | "refused">("idle");
  useEffect(() => {
    if (outcome === "idle") return undefined;
    const timer = window.setTimeout(() => {
      setOutcome("idle");
    }, 2000);
    return () => {
      window.clearTimeout(timer);
    };
  }, [outcome]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome("copied");
    } catch {
      // Not allowed, or not a secure origin: the text can still be selected.
      setOutcome("refused");
    }
  };
  return (
    <button type="button" className="button" onClick={() => void copy()}>
      <span aria-live="polite">{SAID[outcome]}</span>
      <span className="visually-hidden"> {what}</span>
    </button>
  );
}

const SAID = { idle: "Copy", copied: "Copied", refused: "Select and copy" } as const;
