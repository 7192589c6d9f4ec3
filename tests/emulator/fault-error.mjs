// The error that a request's fault switches describe (error=, status=, code=, message=).
import { describedError } from "./service-error.mjs";

/**
 * @param {import("./faults.mjs").Faults} faults
 * @param {number} [usualStatus] when the switches name neither status nor code
 */
export function faultError(faults, usualStatus) {
  const message = faults.value("message");
  const code = faults.value("code");
  const error = faults.value("error");
  return describedError({
    error,
    status: faults.number("status") ?? (code || error ? undefined : usualStatus),
    code,
    message: message === undefined ? undefined : decodeURIComponent(message),
  });
}
