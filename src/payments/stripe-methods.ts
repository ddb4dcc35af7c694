/** What Pumasi asks of Stripe about members and what they are charged by. Idempotent as stripe-gateway.ts is. */
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { keyed, StripeClient } from './stripe-client.js';
import { readMethod, readSetup } from './stripe-reading.js';
import type { MethodState, SetupState } from './stripe-states.js';

@Injectable()
export class StripeMethods {
  constructor(private readonly client: StripeClient) {}

  /** Its name or address may have changed since an answer was lost: one customer too many does no harm. */
  async createCustomer(wish: { memberId: string; name: string; email?: string }): Promise<{ id: string }> {
    const { memberId, name, email } = wish;
    const { id } = await this.client.ask((stripe) =>
      stripe.customers.create(
        { name, ...(email === undefined ? {} : { email }), metadata: { memberId } },
        keyed('customer', `${memberId}-${digestOf([name, email])}`),
      ),
    );
    return { id };
  }

  /**
   * Begins to set up a method that can be charged later without the member. The secret is for the member's browser alone:
   * it must not be kept.
   * @param setupId an id of ours for this attempt
   */
  async createSetupIntent(wish: {
    setupId: string;
    memberId: string;
    customer: string;
  }): Promise<{ id: string; clientSecret: string }> {
    const { setupId, memberId, customer } = wish;
    const setup = await this.client.ask((stripe) =>
      stripe.setupIntents.create(
        {
          customer,
          usage: 'off_session',
          allowed_payment_method_types: ['card', 'sepa_debit'],
          metadata: { memberId, setupId },
        },
        keyed('setup', setupId),
      ),
    );
    return { id: setup.id, clientSecret: setup.client_secret ?? '' };
  }

  /** The secret of a SetupIntent, for the member's browser alone. */
  async setupSecret(id: string): Promise<string> {
    return (await this.client.ask((stripe) => stripe.setupIntents.retrieve(id))).client_secret ?? '';
  }

  async retrieveSetupIntent(id: string): Promise<SetupState> {
    return readSetup(
      await this.client.ask((stripe) => stripe.setupIntents.retrieve(id, { expand: ['payment_method'] })),
    );
  }

  async retrievePaymentMethod(id: string): Promise<MethodState> {
    return readMethod(await this.client.ask((stripe) => stripe.paymentMethods.retrieve(id)));
  }

  /** Takes a method from its member, so that nobody can charge it any more. One that is gone already stays so. */
  async detach(id: string): Promise<void> {
    const present = await this.retrievePaymentMethod(id);
    if (present.customer === null) return;
    await this.client.ask((stripe) => stripe.paymentMethods.detach(id, {}, keyed('detach', id)));
  }
}

function digestOf(words: readonly (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16);
}
