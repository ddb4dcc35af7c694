/** Tells an outage of the database from a fault of ours. */

/**
 * What the network, or the server, says when it cannot be worked with: connection exceptions (08), no such login (28)
 * or database (3D), no resources (53), being shut down or started (57P).
 */
const CODES =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|08...|28...|3D000|53...|57P0[1-5])$/;

/** What the driver says without a code. */
const SENTENCES =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|SASL: |The server does not support SSL)/;

/** @returns why the database cannot be worked with at present, in a few words; null for any other error */
export function outageOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && CODES.test(code)) return code;
  const { driverError } = error as { driverError?: unknown };
  if (driverError !== undefined) return outageOf(driverError);
  return SENTENCES.test(error.message) ? error.message : null;
}
