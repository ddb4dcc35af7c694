/** The deed by which an officer has gaps to win proved that the board of an award left as at least and at most. */
import { Injectable } from '@nestjs/common';
import { bidOf } from '../auctions/rules/tariff-id.js';
import type { Actor } from '../kernel/actor.js';
import { unless } from '../kernel/refusal.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { locked } from './award-rows.js';
import { boardHead } from './board-reading.js';
import { boardStep } from './board-rows.js';
import { askProofs, type ProofStep, proofStep, type Wanted } from './proof-rows.js';
import { noBoard, unknownIn } from './rules/board.js';
import { whyNotProve } from './rules/proofs.js';

@Injectable()
export class ProofsService {
  constructor(private readonly deeds: Deeds) {}

  /**
   * Has the gaps of an award proved that are not exact, or those of one bid, in one lot. What was asked for before is
   * not asked for again.
   * @throws Refusal 'award.wrong-state', 'board.not-found', 'board.solving', 'award.not-proved', 'award.unknown-bid',
   *   'award.unknown-lot'
   */
  async prove(actor: Actor, id: string, wanted: Wanted): Promise<ProofStep> {
    return this.deeds.run(actor, 'awards.prove-gaps', { id, ...wanted }, async (deed) => {
      const { state, solverStatus } = await locked(deed, id);
      const board = await boardStep(deed.tx, id);
      unless(whyNotProve({ state, solverStatus, board: board?.state ?? null }));
      const head = board && (await boardHead(deed.tx, id, board.problemHash));
      if (!board || !head) throw noBoard();
      const { bidId, lot } = wanted;
      if (bidId !== undefined && !head.bids.some((bid) => bidOf(bid.id) === bidId)) throw unknownIn('bid');
      if (lot !== undefined && !head.lots.includes(lot)) throw unknownIn('lot');
      const asked = await askProofs(deed, board, wanted);
      if (asked > 0) await deed.record({ type: 'award', id }, { proofs: asked, ...wanted });
      return proofStep(deed.tx, board);
    });
  }
}
