/** Names of the general OpenTelemetry conventions that we write or read. Source: open-telemetry/semantic-conventions. */

/** Name of the service (string, resource). */
export const ATTR_SERVICE_NAME = "service.name";
/** Version of the service (string, resource). */
export const ATTR_SERVICE_VERSION = "service.version";
/** Session of the user or tool (string). */
export const ATTR_SESSION_ID = "session.id";
/** Who used it (string). */
export const ATTR_USER_ID = "user.id";
/** Kind of error (string): a class name, a code, an API error type. */
export const ATTR_ERROR_TYPE = "error.type";
/** Message of an exception (string, span event `exception`). */
export const ATTR_EXCEPTION_MESSAGE = "exception.message";
/** Git commit that ran (string). */
export const ATTR_VCS_REF_HEAD_REVISION = "vcs.ref.head.revision";
