/** What lets the simulated bidders of practice auctions come down: one after the other is given a lower floor. */
import { Injectable } from '@nestjs/common';
import { type Deed } from '../platform/deeds/deeds.js';
import { WhenDue } from '../platform/deeds/facts.js';
import { Keys } from '../platform/keys/keys.js';
import { Auction } from './auction.entity.js';
import { tariffRecorded } from './auctions.events.js';
import { Grounds } from './grounds.js';
import { recordProxy } from './proxy-rows.js';
import type { AuctionState } from './rules/lifecycles.js';
import { later } from './rules/phases.js';
import { instructionOf, type Move, nextMove, paceOf, simulatedName } from './rules/simulated.js';
import { openingTariffs, participantsOf } from './tariff-rows.js';

interface PlayedRow {
  readonly bidders: number;
  readonly durationSeconds: number;
  readonly moves: number;
}

const OVER: ReadonlySet<AuctionState> = new Set(['decided', 'failed', 'cancelled']);
/** While nobody can bid. */
const REST_MILLIS = 2_000;

@Injectable()
export class PracticeJobs {
  constructor(
    private readonly keys: Keys,
    private readonly grounds: Grounds,
  ) {}

  @WhenDue({ name: 'auctions.play-practice', table: 'practice', states: ['playing'] })
  async play(deed: Deed, id: string): Promise<void> {
    const { tx, now } = deed;
    const auction = await tx.findOneOrFail(Auction, { where: { id }, lock: { mode: 'pessimistic_read' } });
    const rows: PlayedRow[] = await tx.query(
      'select bidders, duration_seconds as "durationSeconds", moves from practice where id = $1',
      [id],
    );
    const [practice] = rows;
    if (!practice) throw new Error(`practice ${id} went away`);
    const { moves } = practice;
    const pace = paceOf(practice);
    const { settings } = await this.grounds.of(tx, id);
    const move = nextMove(id, { ...practice, floors: pace.floors }, settings.minimumStepBp);
    if (move === null || OVER.has(auction.state)) return this.endPlaying(deed, id);
    const playing = auction.state === 'live';
    if (playing) await this.tell(deed, id, move);
    const due = later(now, playing ? pace.millis : REST_MILLIS);
    await tx.query('update practice set due_at = $2, moves = $3 where id = $1', [id, due, moves + (playing ? 1 : 0)]);
  }

  private async endPlaying({ tx }: Deed, id: string): Promise<void> {
    await tx.query(`update practice set state = 'over', due_at = null where id = $1`, [id]);
  }

  private async tell(deed: Deed, auctionId: string, move: Move): Promise<void> {
    const { tx, now } = deed;
    const bidder = simulatedName(move.index);
    const alias = (await participantsOf(tx, auctionId)).find((each) => each.bidder === bidder)?.alias;
    const opening = (await openingTariffs(tx, auctionId)).find((each) => each.alias === alias);
    if (!opening) throw new Error(`practice ${auctionId} has no ${bidder}`);
    const told = { auctionId, bidder, personId: null, receivedAt: now };
    await recordProxy(tx, this.keys, told, instructionOf(move, opening.tariff), opening.revision);
    await deed.announce(tariffRecorded, { auctionId });
  }
}
