import { Injectable } from '@nestjs/common';
import type { Deed } from '../platform/deeds/deeds.js';
import { OnFact } from '../platform/deeds/facts.js';
import { poolLocked, poolReleased } from '../pools/pools.events.js';
import { TendersService } from './tenders.service.js';

@Injectable()
export class TendersJobs {
  constructor(private readonly tenders: TendersService) {}

  /** A pool that has locked is to be put out to tender: the officer finds a draft waiting, or has drafted one already. */
  @OnFact(poolLocked, { name: 'tenders.draft-for-locked-pool' })
  async draftForLockedPool(deed: Deed, { poolId }: { poolId: string }): Promise<void> {
    await this.tenders.draftFirst(deed, poolId);
  }

  @OnFact(poolReleased, { name: 'tenders.cancel-draft-of-released-pool' })
  async cancelDraftOfReleasedPool(deed: Deed, { poolId }: { poolId: string }): Promise<void> {
    await this.tenders.cancelDraftOf(deed, poolId);
  }
}
