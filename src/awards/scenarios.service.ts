/** The deed by which an officer has the alternatives to an award worked out. */
import { Injectable } from '@nestjs/common';
import { AuctionsQueries } from '../auctions/auctions.queries.js';
import type { Actor } from '../kernel/actor.js';
import { unless } from '../kernel/refusal.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { locked } from './award-rows.js';
import { type BoardStep, boardStep, writeBoard } from './board-rows.js';
import { questionOf } from './question-rows.js';
import { wonLots } from './rules/award.js';
import { boardOf, whyNotCompare, whyQuestionChanged } from './rules/board.js';

@Injectable()
export class ScenariosService {
  constructor(
    private readonly deeds: Deeds,
    private readonly tenders: TendersQueries,
    private readonly auctions: AuctionsQueries,
  ) {}

  /**
   * Begins the scenario board of an award: its scenarios, the price curve, gaps to win. An award that has one keeps it.
   * @throws Refusal 'award.wrong-state', 'award.held-changed'
   */
  async compare(actor: Actor, id: string): Promise<BoardStep> {
    return this.deeds.run(actor, 'awards.compare', { id }, async (deed) => {
      const award = await locked(deed, id);
      const present = await boardStep(deed.tx, id);
      if (present) return present;
      unless(whyNotCompare(award.state));
      const { problem, problemHash } = await questionOf(deed.tx, award, this.tenders, this.auctions);
      unless(whyQuestionChanged(award.problemHash, problemHash));
      const board = boardOf(problem, wonLots(award.winners));
      await writeBoard(deed, award, problem, board);
      await deed.record({ type: 'award', id }, { board: problemHash, entries: board.entries.length });
      const begun = await boardStep(deed.tx, id);
      if (!begun) throw new Error('a board was written, and is not there');
      return begun;
    });
  }
}
