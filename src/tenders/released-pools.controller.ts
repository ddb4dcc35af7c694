import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { ReleasedPoolView } from './tender-views.dto.js';
import { ReleasePool } from './tenders.dto.js';
import { TendersService } from './tenders.service.js';

/** Pools that end without a provider: here and not with the other pools, as only this room knows of their tenders. */
@Controller('api/v1/pools')
export class ReleasedPoolsController {
  constructor(private readonly tenders: TendersService) {}

  /**
   * Gives a locked pool up for good, with the reason, unless a tender of it is published. Its pledges end, a draft
   * tender of it is cancelled, and its members are free to join another pool.
   */
  @May('pools.release')
  @HttpCode(200)
  @Post(':id/release')
  async release(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: ReleasePool,
  ): Promise<ReleasedPoolView> {
    return this.tenders.releasePool(actor, id, body.why);
  }
}
