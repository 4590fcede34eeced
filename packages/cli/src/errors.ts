/** What the command tells the shell: 0 fine, 1 failed or found something, 2 wrong usage, 3 no collector to talk to. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;

/** One of the four exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error that is told to the user as it is: the message says what came and was expected, `mend` what to do. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  readonly mend: string | undefined;

  constructor(exitCode: ExitCode, message: string, mend?: string) {
    super(message);
    this.exitCode = exitCode;
    this.mend = mend;
  }
}
