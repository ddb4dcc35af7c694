import { Injectable } from '@nestjs/common';
import { agreementSigned } from '../contracts/contracts.events.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { OnFact, WhenDue } from '../platform/deeds/facts.js';
import { RoundsService } from './rounds.service.js';
import { SettlementsService } from './settlements.service.js';
import { SubscriptionsService } from './subscriptions.service.js';

@Injectable()
export class SubscriptionsJobs {
  constructor(
    private readonly rounds: RoundsService,
    private readonly settlements: SettlementsService,
    private readonly subscriptions: SubscriptionsService,
  ) {}

  /** Both have signed: every line of the agreement gets its offer. */
  @OnFact(agreementSigned, { name: 'subscriptions.make-offers' })
  async makeOffers(deed: Deed, { agreementId }: { agreementId: string }): Promise<void> {
    await this.rounds.open(deed, agreementId);
  }

  /** The time to answer is over. */
  @WhenDue({ name: 'subscriptions.settle', table: 'offer_round', states: ['open'] })
  async settle(deed: Deed, agreementId: string): Promise<void> {
    await this.settlements.settle(deed, agreementId);
  }

  /** The term of the lines of an agreement that began to work on the same day is over. */
  @WhenDue({ name: 'subscriptions.pass-term-end', table: 'term_end', states: ['awaited'] })
  async passTermEnd(deed: Deed, termEndId: string): Promise<void> {
    await this.subscriptions.passTermEnd(deed, termEndId);
  }
}
