/** Requests that ask Stripe hold a connection to the database meanwhile: a Stripe that hangs must not take all of them. */
import { Injectable } from '@nestjs/common';
import { refuse } from '../kernel/refusal.js';

/** So many requests of a process ask Stripe at once; the rest of its connections is for everybody else. */
const AT_ONCE = 5;

@Injectable()
export class StripeTurns {
  private asking = 0;

  /** Does the work of a request that asks Stripe. @throws Refusal 'stripe.busy' when too many do */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.asking >= AT_ONCE) {
      throw refuse('stripe.busy', 'Very many are waiting for Stripe just now. Send it again in a few seconds.', {
        kind: 'unavailable',
      });
    }
    this.asking += 1;
    try {
      return await work();
    } finally {
      this.asking -= 1;
    }
  }
}
