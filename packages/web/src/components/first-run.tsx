import type { ReactElement } from "react";
import { readToken } from "../api/token.ts";
import { CopyButton } from "./copy-button.tsx";

/** What to do while nothing has arrived yet; it goes away by itself when the first telemetry does. */
export function FirstRun(): ReactElement {
  const endpoint = `http://${location.hostname === "" ? "127.0.0.1" : location.hostname}:4318`;
  // The page knows the token, but showing it on a screen that others may see is not its business.
  const token = readToken() === null ? [] : ['export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer <the token>"'];
  return (
    <section className="panel first-run" aria-labelledby="first-title">
      <h2 id="first-title">
        <span className="dot dot-live tone-accent" aria-hidden="true" /> Waiting for the first span
      </h2>
      <p className="lead">
        Nothing has arrived yet. Point something at this collector; this page notices within seconds.
      </p>
      <div className="steps">
        <Step
          title="An agent on Node"
          note="Every call of the Anthropic SDK is seen; run(), phase() and agent() name what belongs together."
          lines={[
            "npm install @phasewise/sdk",
            `export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`,
            ...token,
            "node --import @phasewise/sdk/register agent.js",
          ].join("\n")}
        />
        <Step
          title="Claude Code, or the Claude Agent SDK"
          isTall
          note="Set these in the shell that it is started from."
          lines={[
            "export CLAUDE_CODE_ENABLE_TELEMETRY=1",
            "export CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1",
            "export OTEL_TRACES_EXPORTER=otlp",
            "export OTEL_LOGS_EXPORTER=otlp",
            "export OTEL_METRICS_EXPORTER=otlp",
            "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            `export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`,
            ...token,
          ].join("\n")}
        />
        <Step
          title="Nothing at hand"
          note="A multi-phase agent against a local double of the API; it costs nothing."
          lines="npm run demo"
        />
      </div>
      <p className="hint">
        4318 is the default port for OTLP over HTTP. Nothing arrives? <code>npx phasewise doctor</code> in the agent's
        folder finds out why.
      </p>
    </section>
  );
}

function Step(props: {
  readonly title: string;
  readonly note: string;
  readonly lines: string;
  readonly isTall?: boolean;
}): ReactElement {
  return (
    <div className={props.isTall === true ? "step step-tall" : "step"}>
      <div className="step-head">
        <h3>{props.title}</h3>
        <CopyButton text={props.lines} what={`the lines for: ${props.title}`} />
      </div>
      <p>{props.note}</p>
      <pre tabIndex={0}>
        <code>{props.lines}</code>
      </pre>
    </div>
  );
}
