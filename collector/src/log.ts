import { writeSync } from "node:fs";
import { Writable } from "node:stream";
import { pino, type DestinationStream, type Logger } from "pino";

const LEVELS: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

/** A logger to standard error: JSON lines for machines, plain lines where a person watches a terminal. */
export function createLogger(level: string, processName: string): Logger {
  const options = { level, base: { process: processName } };
  return pino(options, process.stderr.isTTY ? plainLines() : jsonLines());
}

/** `14:03:07 warn  store: load failed; trying again (retryInMs=100)`. */
function plainLines(): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      const { level, time, msg, process: name, err, pid: _pid, hostname: _host, ...rest } = JSON.parse(String(chunk));
      const details = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      if (err !== undefined) details.push(err.message);
      const clock = new Date(time).toLocaleTimeString("en-GB");
      const tail = details.length > 0 ? ` (${details.join(", ")})` : "";
      process.stderr.write(`${clock} ${(LEVELS[level] ?? String(level)).padEnd(5)} ${name}: ${msg ?? ""}${tail}\n`);
      done();
    },
  });
}

/** A line that cannot be written (full disk, closed pipe) is lost; it must not take the telemetry with it. */
function jsonLines(): DestinationStream {
  return {
    write(line) {
      try {
        writeSync(2, line);
      } catch {
        // There is nowhere left to say so.
      }
    },
  };
}
