/** Errors as Stripe tells them. */

export interface StripeErrorBody {
  readonly type: 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error' | 'rate_limit_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly [more: string]: unknown;
}

export class ModelError extends Error {
  constructor(
    readonly status: number,
    readonly body: StripeErrorBody,
    /** found before anything was done: Stripe does not keep such an answer with the idempotency key */
    readonly early: boolean = false,
  ) {
    super(body.message);
  }
}

/** A request that does not fit: nothing of it is done. */
export function unfit(message: string, more: Partial<StripeErrorBody> = {}, status = 400): ModelError {
  return new ModelError(status, { type: 'invalid_request_error', message, ...more }, true);
}

/** A request that fits, but not to the state of things. */
export function impossible(message: string, more: Partial<StripeErrorBody> = {}): ModelError {
  return new ModelError(400, { type: 'invalid_request_error', message, ...more });
}

export function missing(what: string, id: string, param = 'id'): ModelError {
  return new ModelError(param === 'id' ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param,
  });
}

export function declined(code: string, declineCode: string | null, more: Record<string, unknown>): ModelError {
  return new ModelError(402, {
    type: 'card_error',
    code,
    message: 'The payment was declined.',
    ...(declineCode === null ? {} : { decline_code: declineCode }),
    ...more,
  });
}
