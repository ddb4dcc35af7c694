import { Injectable } from '@nestjs/common';
import type { Deed } from '../platform/deeds/deeds.js';
import { OnFact } from '../platform/deeds/facts.js';
import {
  lineDropped,
  offersAnswered,
  offersMade,
  roundFallen,
  roundSettled,
} from '../subscriptions/subscriptions.events.js';
import { DepositsService } from './deposits.service.js';

@Injectable()
export class DepositsJobs {
  constructor(private readonly deposits: DepositsService) {}

  /** Firm lines may have accepted by themselves. */
  @OnFact(offersMade, { name: 'payments.ask-first-deposits' })
  async made(deed: Deed, { agreementId }: { agreementId: string }): Promise<void> {
    await this.deposits.follow(deed, agreementId, null);
  }

  /** Somebody accepted, or thought better of it. */
  @OnFact(offersAnswered, { name: 'payments.ask-deposits' })
  async answered(deed: Deed, { agreementId, offerId }: { agreementId: string; offerId: string | null }): Promise<void> {
    await this.deposits.follow(deed, agreementId, offerId);
  }

  /** Offers that did not settle get their deposits back. */
  @OnFact(roundSettled, { name: 'payments.keep-deposits' })
  async settled(deed: Deed, { agreementId }: { agreementId: string }): Promise<void> {
    await this.deposits.settle(deed, agreementId);
  }

  /** Everybody gets the deposit back. */
  @OnFact(roundFallen, { name: 'payments.return-deposits' })
  async fallen(deed: Deed, { agreementId }: { agreementId: string }): Promise<void> {
    await this.deposits.fall(deed, agreementId);
  }

  /** A line that will never be billed leaves its deposit nothing to be credited to. */
  @OnFact(lineDropped, { name: 'payments.return-deposit-of-line' })
  async dropped(deed: Deed, { agreementId, offerId }: { agreementId: string; offerId: string }): Promise<void> {
    await this.deposits.drop(deed, agreementId, offerId);
  }
}
