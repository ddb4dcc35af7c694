/** Requests that ask Stripe hold a connection to the database meanwhile: a Stripe that hangs must not take all of them. */
import { Injectable } from '@nestjs/common';
import { Turns } from '../platform/turns.js';

/** So many requests of a process ask Stripe at once; the rest of its connections is for everybody else. */
const AT_ONCE = 5;
const PATIENCE_MILLIS = 5_000;

@Injectable()
export class StripeTurns {
  private readonly turns = new Turns(AT_ONCE, PATIENCE_MILLIS, 'Very many are waiting for Stripe');

  /** Does the work of a request that asks Stripe. @throws Refusal 'system.busy' when its turn does not come in time */
  async take<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.take(work);
  }
}
