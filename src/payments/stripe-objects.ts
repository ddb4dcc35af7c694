/** Which function brings which kind of Stripe's objects up to date here; the one way in for answers and for webhooks. */
import { Injectable } from '@nestjs/common';
import type { Deed } from '../platform/deeds/deeds.js';

/**
 * Brings our rows to what the object is at Stripe now. Written to be repeated: called twice, late, or in another order than
 * things happened, it ends in the same state. So it locks the row that it changes before it reads the object, in which
 * it may look up first whose row it is: whoever read it without the row's lock could write later what it read earlier. The
 * job that asked Stripe for something holds that row already, and calls the same function.
 */
export type ApplyObject = (deed: Deed, id: string) => Promise<void>;

@Injectable()
export class StripeObjects {
  private readonly appliers = new Map<string, ApplyObject>();

  /**
   * Says at start who applies a kind of object, as Stripe names it in `object` ('invoice', 'payment_intent', ..).
   * @throws Error when somebody does already
   */
  register(kind: string, apply: ApplyObject): void {
    if (this.appliers.has(kind)) throw new Error(`two functions apply Stripe's ${kind}`);
    this.appliers.set(kind, apply);
  }

  knows(kind: string): boolean {
    return this.appliers.has(kind);
  }

  /**
   * Brings our rows to what the object is at Stripe now.
   * @returns false when nobody applies this kind
   * @throws Refusal 'stripe.unavailable' when Stripe cannot be asked now, and whatever the function throws
   */
  async apply(deed: Deed, kind: string, id: string): Promise<boolean> {
    const apply = this.appliers.get(kind);
    if (!apply) return false;
    await apply(deed, id);
    return true;
  }
}
