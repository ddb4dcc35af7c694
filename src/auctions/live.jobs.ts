/** What happens by time in an auction whose bids are opened, and what keeps its desk. */
import { Injectable } from '@nestjs/common';
import { nextState, transition } from '../kernel/lifecycle.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { OnFact, WhenDue } from '../platform/deeds/facts.js';
import { Auction } from './auction.entity.js';
import { auctionDecided, tariffRecorded } from './auctions.events.js';
import { closeDesk, DESK_MILLIS, seen, silentMillis, takeDown } from './desk.js';
import { append, holdDesk, lastOf, newestStanding } from './event-rows.js';
import { Grounds } from './grounds.js';
import { auctionLifecycle } from './rules/lifecycles.js';
import { later, nextTurn, remainingMillis, turnOrder } from './rules/phases.js';

/** Time is over, and nothing was recorded for this long: whatever came in time is recorded. */
const QUIET_MILLIS = 1_000;
/** What was received in time and is not recorded by then was not acknowledged either, and does not count. */
const MOST_SETTLING_MILLIS = 60_000;
/** When a standing that is needed is not there yet. */
const SOON_MILLIS = 500;

@Injectable()
export class LiveJobs {
  constructor(private readonly grounds: Grounds) {}

  @OnFact(tariffRecorded, { name: 'auctions.take-down' })
  async place(deed: Deed, { auctionId }: { auctionId: string }): Promise<void> {
    if (await holdDesk(deed.tx, auctionId)) await takeDown(deed, auctionId);
  }

  /** Looks whether anything was forgotten, and whether nothing ran for too long. */
  @WhenDue({ name: 'auctions.watch', table: 'auction_desk', states: ['watching'] })
  async watch(deed: Deed, id: string): Promise<void> {
    const { tx, now } = deed;
    // Whoever holds the auction now and waits for this desk is let through: the next look is soon.
    const [auction] = await tx
      .createQueryBuilder(Auction, 'auction')
      .setLock('pessimistic_write')
      .setOnLocked('skip_locked')
      .where({ id })
      .getMany();
    if (auction) await this.makeUp(deed, auction);
    else await this.notice(deed, id);
    await takeDown(deed, id);
    await tx.query('update auction_desk set due_at = $2 where id = $1', [id, later(now, DESK_MILLIS)]);
  }

  @WhenDue({ name: 'auctions.begin', table: 'auction', states: ['waiting'] })
  async begin(deed: Deed, id: string): Promise<void> {
    const { tx, now } = deed;
    const auction = await tx.findOneByOrFail(Auction, { id });
    await holdDesk(tx, id);
    if (await this.makeUp(deed, auction)) return;
    const { settings } = await this.grounds.of(tx, id);
    if (settings.format === 'rounds') return this.firstTurn(deed, auction, 1);
    const state = transition(auctionLifecycle, auction.state, 'begin');
    const endsAt = later(now, settings.durationSeconds * 1_000);
    await append(tx, id, now, [{ kind: 'began', body: { endsAt: endsAt.toISOString() } }]);
    await this.move(deed, auction, { state, endsAt, dueAt: endsAt });
    await takeDown(deed, id, true);
  }

  @WhenDue({ name: 'auctions.end-rest', table: 'auction', states: ['resting'] })
  async endRest(deed: Deed, id: string): Promise<void> {
    const auction = await deed.tx.findOneByOrFail(Auction, { id });
    await holdDesk(deed.tx, id);
    if (await this.makeUp(deed, auction)) return;
    await this.firstTurn(deed, auction, auction.round ?? 1);
  }

  @WhenDue({ name: 'auctions.end-time', table: 'auction', states: ['live'] })
  async endTime(deed: Deed, id: string): Promise<void> {
    const { tx, now } = deed;
    const auction = await tx.findOneByOrFail(Auction, { id });
    await holdDesk(tx, id);
    if (await this.makeUp(deed, auction)) return;
    const state = transition(auctionLifecycle, auction.state, 'end-time');
    // The bids that were received in time and come first in the log are those that are recorded by now.
    await takeDown(deed, id);
    await append(tx, id, now, [{ kind: 'ended', body: { endedAt: (auction.endsAt ?? now).toISOString() } }]);
    await this.move(deed, auction, { state, dueAt: later(now, QUIET_MILLIS) });
  }

  /** Sees to it that the standing of an auction whose time is over gets reckoned; whoever reckons it concludes. */
  @WhenDue({ name: 'auctions.settle', table: 'auction', states: ['settling'] })
  async settle(deed: Deed, id: string): Promise<void> {
    await holdDesk(deed.tx, id);
    await takeDown(deed, id, true);
    await deed.tx.update(Auction, { id }, { dueAt: later(deed.now, DESK_MILLIS) });
  }

  /**
   * Goes on from a time that is over, once everything that came in it is taken into account. The auction and its desk are
   * held, everything recorded is placed, and the last standing counts all of it.
   * @returns when to ask again, or null when there is nothing to wait for
   */
  async conclude(deed: Deed, auction: Auction): Promise<Date | null> {
    const { tx, now } = deed;
    const { id } = auction;
    if (auction.state !== 'settling') return null;
    const quiet = await quietAt(deed, auction);
    if (quiet > now) {
      await tx.update(Auction, { id }, { dueAt: quiet });
      return quiet;
    }
    const { settings } = await this.grounds.of(tx, id);
    const { round, turn, turnOrder: order } = auction;
    const next = round === null || turn === null ? null : nextTurn({ round, turn }, order ?? []);
    if (next?.kind === 'turn') {
      await this.giveTurn(deed, auction, next, order ?? []);
    } else if (next?.kind === 'rest') {
      const endsAt = later(now, settings.restSeconds * 1_000);
      await append(tx, id, now, [{ kind: 'rest', body: { round: next.round, endsAt: endsAt.toISOString() } }]);
      const state = transition(auctionLifecycle, auction.state, 'rest');
      await this.move(deed, auction, { state, endsAt, dueAt: endsAt, round: next.round, turn: null, turnOf: null });
    } else {
      await this.decide(deed, auction);
    }
    return null;
  }

  private async decide(deed: Deed, auction: Auction): Promise<void> {
    const { tx, now } = deed;
    const { id, tenderId, practiceFor } = auction;
    const standing = await lastOf(tx, id, 'standing');
    if (!standing) throw new Error(`auction ${id} has no standing to decide by`);
    await append(tx, id, now, [{ kind: 'closed', body: { standing: standing.sequence } }]);
    const state = transition(auctionLifecycle, auction.state, 'decide');
    await closeDesk(tx, id);
    await this.move(deed, auction, { state, dueAt: null, decidedAt: now, turnOf: null });
    if (practiceFor === null) await deed.announce(auctionDecided, { tenderId });
  }

  /** The first turn of a round goes to the worst. Without a standing it waits: the order is by the standing. */
  private async firstTurn(deed: Deed, auction: Auction, round: number): Promise<void> {
    const { tx, now } = deed;
    const { id } = auction;
    const standing = await newestStanding(tx, id);
    if (!standing) {
      await tx.update(Auction, { id }, { dueAt: later(now, SOON_MILLIS) });
      return;
    }
    const order = turnOrder(standing.content);
    const alias = order[0];
    if (alias === undefined) throw new Error(`auction ${id} has nobody whose turn it could be`);
    await this.giveTurn(deed, auction, { round, turn: 1, alias }, order);
  }

  private async giveTurn(
    deed: Deed,
    auction: Auction,
    { round, turn, alias }: { readonly round: number; readonly turn: number; readonly alias: string },
    order: string[],
  ): Promise<void> {
    const { tx, now } = deed;
    const { settings } = await this.grounds.of(tx, auction.id);
    const endsAt = later(now, settings.turnSeconds * 1_000);
    await append(tx, auction.id, now, [{ kind: 'turn', body: { round, turn, alias, endsAt: endsAt.toISOString() } }]);
    const verb = auction.state === 'waiting' ? 'begin' : auction.state === 'resting' ? 'end-rest' : 'next-turn';
    const state = nextState(auctionLifecycle, auction.state, verb) ?? auction.state;
    await this.move(deed, auction, { state, endsAt, dueAt: endsAt, round, turn, turnOf: alias, turnOrder: order });
    await takeDown(deed, auction.id, true);
  }

  /**
   * After nothing ran for longer than the tender allows, an auction goes on with the time that it had when it was last
   * seen to run. The auction and its desk are held.
   * @returns whether its end was put off
   */
  private async makeUp(deed: Deed, auction: Auction): Promise<boolean> {
    const { tx, now } = deed;
    const { id, state, dueAt } = auction;
    const silent = await silentMillis(tx, id);
    await seen(tx, id);
    if (dueAt === null || !(state === 'waiting' || state === 'live' || state === 'resting')) return false;
    const { settings } = await this.grounds.of(tx, id);
    if (silent <= settings.outageSeconds * 1_000) return false;
    const left = remainingMillis(dueAt, later(now, -silent));
    if (left === 0) return false;
    const due = later(now, left);
    const why = `Nothing ran for ${Math.round(silent / 1_000)} seconds.`;
    await append(tx, id, now, [
      { kind: 'paused', body: { cause: 'outage', why, remainingMillis: left } },
      { kind: 'resumed', body: { endsAt: due.toISOString() } },
    ]);
    await tx.update(Auction, { id }, { dueAt: due, ...(state === 'waiting' ? {} : { endsAt: due }) });
    await deed.record({ type: 'auction', id }, { paused: silent, endsAt: due }, why);
    return true;
  }

  /**
   * Notes that something runs although bids hold the auction all the time. What an outage took stays to be made up for by
   * whoever gets the auction next.
   */
  private async notice({ tx }: Deed, id: string): Promise<void> {
    const { settings } = await this.grounds.of(tx, id);
    if ((await silentMillis(tx, id)) <= settings.outageSeconds * 1_000) await seen(tx, id);
  }

  private async move(deed: Deed, auction: Auction, changes: Partial<Auction>): Promise<void> {
    await deed.tx.update(Auction, { id: auction.id }, changes);
    const { state, endsAt, round, turn } = Object.assign(auction, changes);
    await deed.record({ type: 'auction', id: auction.id }, { state, endsAt, round, turn });
  }
}

/** From when on nothing more can come that was received in time. */
async function quietAt({ tx, now }: Deed, { id, endsAt }: Auction): Promise<Date> {
  if (endsAt === null) return now;
  const rows: { at: Date | null }[] = await tx.query(
    'select max(recorded_at) as at from auction_tariff where auction_id = $1 and recorded_at >= $2',
    [id, endsAt],
  );
  const last = rows[0]?.at ?? endsAt;
  return new Date(Math.min(last.getTime() + QUIET_MILLIS, endsAt.getTime() + MOST_SETTLING_MILLIS));
}
