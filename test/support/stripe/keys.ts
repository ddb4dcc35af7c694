/** Idempotency keys as Stripe keeps them: for a day, with the parameters of the first request. */
import { ModelError } from './errors.js';

const KEPT_SECONDS = 86_400;

interface Kept {
  readonly print: string;
  readonly status: number;
  readonly body: string;
  readonly at: number;
}

export class Keys {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly now: () => number) {}

  /**
   * What was answered under the key.
   * @throws ModelError idempotency_error when it was used with other parameters
   */
  answerOf(key: string, print: string): Kept | null {
    const kept = this.kept.get(key);
    if (!kept || kept.at < this.now() - KEPT_SECONDS) return null;
    if (kept.print !== print) {
      throw new ModelError(
        400,
        {
          type: 'idempotency_error',
          message:
            'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
            `Try using a key other than '${key}' if you meant to execute a different request.`,
        },
        true,
      );
    }
    return kept;
  }

  keep(key: string, print: string, status: number, body: string): void {
    this.kept.set(key, { print, status, body, at: this.now() });
  }
}
