import { Injectable } from '@nestjs/common';
import type { Deed } from '../platform/deeds/deeds.js';
import { WhenDue } from '../platform/deeds/facts.js';
import { ChargesService } from './charges.service.js';
import { InvoiceVoidsService } from './invoice-voids.service.js';
import { PayoutReversalsService } from './payout-reversals.service.js';
import { PayoutsService } from './payouts.service.js';
import { ReturnsService } from './returns.service.js';

/** What is asked of Stripe: each on one locked row, and the answer is written with it. */
@Injectable()
export class PaymentsJobs {
  constructor(
    private readonly charges: ChargesService,
    private readonly voids: InvoiceVoidsService,
    private readonly returns: ReturnsService,
    private readonly payouts: PayoutsService,
    private readonly reversals: PayoutReversalsService,
  ) {}

  /** An invoice is charged, at once or after it failed. */
  @WhenDue({ name: 'payments.charge', table: 'collection', states: ['collecting', 'failed'] })
  async charge(deed: Deed, id: string): Promise<void> {
    await this.charges.charge(deed, id);
  }

  /** An invoice was settled otherwise: Stripe is not to collect it any more. */
  @WhenDue({ name: 'payments.void', table: 'invoice_void', states: ['owed'] })
  async takeInvoiceBack(deed: Deed, id: string): Promise<void> {
    await this.voids.takeBack(deed, id);
  }

  @WhenDue({ name: 'payments.charge-deposit', table: 'deposit', states: ['charging'] })
  async chargeDeposit(deed: Deed, id: string): Promise<void> {
    await this.charges.chargeDeposit(deed, id);
  }

  @WhenDue({ name: 'payments.give-back', table: 'refund', states: ['owed'] })
  async giveBack(deed: Deed, id: string): Promise<void> {
    await this.returns.ask(deed, id);
  }

  @WhenDue({ name: 'payments.transfer', table: 'payout', states: ['transferring'] })
  async transfer(deed: Deed, id: string): Promise<void> {
    await this.payouts.transfer(deed, id);
  }

  /** The time for which a reserve is kept is over. */
  @WhenDue({ name: 'payments.release-reserve', table: 'payout', states: ['paid'] })
  async release(deed: Deed, id: string): Promise<void> {
    await this.payouts.release(deed, id);
  }

  @WhenDue({ name: 'payments.take-back', table: 'payout_reversal', states: ['owed'] })
  async takeBack(deed: Deed, id: string): Promise<void> {
    await this.reversals.reverse(deed, id);
  }
}
