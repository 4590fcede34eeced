import { type FormEvent, type ReactElement, useState } from "react";
import { giveToken } from "../api/token.ts";

/** Asks for the collector's token. */
export function TokenForm({ refused }: { readonly refused: boolean }): ReactElement {
  const [token, setToken] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token.trim() !== "") giveToken(token.trim());
  };
  return (
    <form className="panel token-form" onSubmit={submit}>
      <h2>This collector asks for a token</h2>
      <p id="token-help">
        It is the value of <code>PHASEWISE_TOKEN</code> that the collector was started with. It stays in this tab and is
        forgotten when the tab closes.
      </p>
      <label htmlFor="token">Token</label>
      <div className="field-row">
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={token}
          aria-describedby={refused ? "token-help token-error" : "token-help"}
          aria-invalid={refused}
          onChange={(event) => {
            setToken(event.target.value);
          }}
        />
        <button type="submit" className="button button-primary">
          Open
        </button>
      </div>
      {refused && (
        <p id="token-error" className="field-error" role="alert">
          That token was not accepted.
        </p>
      )}
    </form>
  );
}
