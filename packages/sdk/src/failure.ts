/** How a failed piece of work is reported. */
export interface Failure {
  /** Whether it was called off rather than broken. */
  readonly cancelled: boolean;
  /** Value of `error.type`: the error's name or class. */
  readonly type: string;
  readonly message: string;
}

function property(value: object, name: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[name];
}

function describe(error: unknown): Failure {
  if (typeof error !== "object" || error === null) {
    return { cancelled: false, type: typeof error, message: String(error) };
  }
  const name = property(error, "name");
  const constructorName = (property(error, "constructor") as { name?: unknown } | undefined)?.name;
  const named = typeof name === "string" && name !== "" && name !== "Error" ? name : undefined;
  const type = named ?? (typeof constructorName === "string" && constructorName !== "" ? constructorName : "Error");
  const message = property(error, "message");
  return {
    // The Anthropic SDK throws a class of its own for a call that the application aborted.
    cancelled: type === "AbortError" || constructorName === "APIUserAbortError",
    type,
    message: typeof message === "string" ? message : "",
  };
}

/** Describes whatever was thrown, without ever throwing itself (getters and proxies may). */
export function describeFailure(error: unknown): Failure {
  try {
    return describe(error);
  } catch {
    return { cancelled: false, type: "_OTHER", message: "" };
  }
}
