/** What an auction begins with: participants, their tariffs, the first event, and who may improve from when on. */
import { Injectable } from '@nestjs/common';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { nextState } from '../kernel/lifecycle.js';
import { notFound } from '../kernel/refusal.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { sha256 } from '../platform/keys/keys.js';
import type { AuctionSettings } from '../tenders/rules/auction-settings.js';
import { type PublishedTender, TendersQueries } from '../tenders/tenders.queries.js';
import { TendersService } from '../tenders/tenders.service.js';
import { Auction } from './auction.entity.js';
import { type Contents, type ContentsOf, portionsOf } from './boxes.js';
import { DESK_MILLIS, openDesk, takeDown } from './desk.js';
import { append } from './event-rows.js';
import { evaluatedCost, type Reference } from './rules/evaluated-cost.js';
import type { AuctionContent, Entry } from './rules/events.js';
import { auctionLifecycle, type AuctionState } from './rules/lifecycles.js';
import { beginsAt, failsFor } from './rules/phases.js';
import { sealedParts } from './rules/receipt.js';
import { problemHead } from './rules/whole-problem.js';
import { recordTariffs, type TariffPart } from './tariff-rows.js';

/** A bid that takes part from the opening on, with the receipt that its provider holds. */
export interface Opened extends Omit<Entry, 'alias' | 'receivedAt'> {
  readonly bidder: string;
  readonly providerId: string | null;
  readonly name: string;
  readonly receivedAt: Date;
}

/** What the bids of an auction are about. */
export interface Ground {
  readonly tenderHash: string;
  readonly settings: AuctionSettings;
  readonly problem: AuctionContent['problem'];
  readonly reference: Reference;
}

@Injectable()
export class Opening {
  constructor(
    private readonly tenders: TendersQueries,
    private readonly tendersService: TendersService,
    private readonly organisations: OrganisationsQueries,
  ) {}

  /** What the auction of a tender is about. @throws Refusal 'tender.not-found' */
  async groundOf(deed: Deed, tenderId: string): Promise<Ground & { readonly tender: PublishedTender }> {
    const tender = await this.tenders.published(deed.tx, tenderId);
    const reference = await this.tenders.auctionReference(deed.tx, tenderId);
    if (!tender || !reference) throw notFound('tender');
    const { contentHash: tenderHash, auction: settings } = tender;
    return { tender, tenderHash, settings, problem: problemHead(tender), reference };
  }

  async namesOf({ tx }: Pick<Deed, 'tx'>, providers: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.organisations.names(tx, [...new Set(providers)]);
  }

  /**
   * Begins an auction with its opened bids. The auction's row must be held.
   * @param contentsOf tells what bids hold, of some after the other: it is given to them once their aliases are known
   * @returns the state that it is in from now on
   */
  async begin(
    deed: Deed,
    auction: Auction,
    ground: Ground,
    opened: readonly Opened[],
    contentsOf: ContentsOf,
  ): Promise<AuctionState> {
    const { tx, now } = deed;
    const { id, tenderId, practiceFor } = auction;
    const { settings, problem, reference } = ground;
    const fails = practiceFor === null && failsFor(settings, opened.length);
    const begins = fails ? null : beginsAt(settings, opened.length, now);
    const state = nextState(auctionLifecycle, 'closed', fails ? 'fail' : begins ? 'admit' : 'reckon') ?? 'cancelled';
    await openDesk(tx, id, fails ? null : new Date(now.getTime() + DESK_MILLIS));
    const entering = withAliases(opened);
    await tx.query(
      `insert into auction_participant (auction_id, alias, bidder, provider_id, bid_id, name)
       select $1, alias, bidder, provider, bid, name
       from unnest($2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[]) as given (alias, bidder, provider, bid, name)`,
      [
        id,
        entering.map((each) => each.alias),
        entering.map((each) => each.bidder),
        entering.map((each) => each.providerId),
        entering.map((each) => (practiceFor === null ? each.bidId : null)),
        entering.map((each) => each.name),
      ],
    );
    const entries = entering.map(({ alias, bidId, sequence, receivedAt, commitment, signature }): Entry => {
      return { alias, bidId, sequence, receivedAt: receivedAt.toISOString(), commitment, signature };
    });
    const participants = entering.map(({ alias, bidder, name }) => ({ alias, provider: bidder, name }));
    const body = {
      auctionId: id,
      tenderId,
      tenderHash: ground.tenderHash,
      settings,
      beginsAt: begins?.toISOString() ?? null,
      entries,
    };
    const content: AuctionContent = { problem, reference: reference.lines, participants };
    const [first] = await append(tx, id, now, [{ kind: 'opened', body, content }]);
    for (const some of portionsOf(entering)) {
      const contents = await contentsOf(some.map(({ bidId }) => bidId));
      const tariffs = some.map((each) => {
        const held = contents.get(each.bidId);
        if (!held) throw new Error(`bid ${each.bidId} holds nothing`);
        const evaluatedMinor = evaluatedCost(held.tariff, reference);
        return {
          ...each,
          ...held,
          revision: 0,
          by: 'opening',
          personId: null,
          evaluatedMinor,
          parts: partsOf(held),
        } as const;
      });
      await recordTariffs(
        tx,
        id,
        tariffs.map((each) => ({ ...each, sequence: first?.sequence ?? null })),
      );
    }
    if (fails) {
      await append(tx, id, now, [{ kind: 'failed', body: { bidders: opened.length } }]);
      const why = `Only ${opened.length} providers bid; the tender asks for at least ${settings.minBidders}.`;
      await this.tendersService.abandon(deed, tenderId, why);
    }
    await tx.update(Auction, { id }, { state, dueAt: state === 'settling' ? now : begins });
    if (!fails) await takeDown(deed, id, true);
    return state;
  }
}

/**
 * Aliases in the order of the bids' ids, which are random: an alias tells nobody whose it is, and whatever goes by the
 * order of ids goes by the order of aliases as well.
 */
function withAliases(opened: readonly Opened[]): (Opened & { readonly alias: string })[] {
  const digits = Math.max(2, String(opened.length).length);
  return opened
    .toSorted((a, b) => (a.bidId < b.bidId ? -1 : 1))
    .map((each, i) => ({ ...each, alias: `B${String(i + 1).padStart(digits, '0')}` }));
}

function partsOf({ tariff, salt }: Contents): TariffPart[] {
  return sealedParts(tariff, salt, sha256).map(({ alternative, commitment }) => ({ alternative, commitment }));
}
