import { Injectable } from '@nestjs/common';
import { awardApproved } from '../awards/awards.events.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { OnFact } from '../platform/deeds/facts.js';
import { ContractsService } from './contracts.service.js';

@Injectable()
export class ContractsJobs {
  constructor(private readonly contracts: ContractsService) {}

  @OnFact(awardApproved, { name: 'contracts.draft' })
  async draft(deed: Deed, { awardId }: { awardId: string }): Promise<void> {
    await this.contracts.draft(deed, awardId);
  }
}
