/**
 * The published log of an auction. It is written piece by piece, so that a log of any length takes the memory of one
 * piece: what may be told, and the seal, are settled by the rules from what is known of each part without reading it.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { may } from '../identity/rules/permissions.js';
import type { Actor } from '../kernel/actor.js';
import { canonicalJson } from '../kernel/canonical.js';
import { notFound, type Refusal, refuse, unless } from '../kernel/refusal.js';
import { Keys, sha256 } from '../platform/keys/keys.js';
import type { Tariff } from '../pricing/rules/tariff.js';
import { tariffOfJson } from '../pricing/rules/tariff-json.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { contentOf, eventsBehind, lastEvent, lastOf } from './event-rows.js';
import { LiveQueries } from './live.queries.js';
import type { AuctionContent, AuctionEvent, StandingContent } from './rules/events.js';
import { type LogFile, logFile, type OpenedTariff, type Telling } from './rules/log-file.js';
import { partSalt } from './rules/receipt.js';
import { whyNoLog } from './rules/why-no-log.js';
import type { TariffPart } from './tariff-rows.js';

/** As many events or tariffs are read at once; each alternative of a bid is a tariff of its own. */
const AT_ONCE = 100;

const UNREAD = { content: {}, salt: '' } as const;

export interface PublishedLog {
  /** the same for the same text */
  readonly tag: string;
  /** of the text, in order */
  readonly pieces: () => AsyncGenerator<string>;
}

@Injectable()
export class LogQueries {
  constructor(
    private readonly keys: Keys,
    private readonly tenders: TendersQueries,
    private readonly queries: LiveQueries,
  ) {}

  /**
   * @param full everything, for the agency
   * @throws Refusal 'auction.not-found', 'auction.not-over', 'auction.no-log'; 'session.missing' or 'deed.forbidden' when
   *   all of it is none of the actor's business
   */
  async published(tx: EntityManager, actor: Actor | null, id: string, full: boolean): Promise<PublishedLog> {
    if (full) unless(whyNotFull(actor));
    const auction = await this.queries.known(tx, actor, id);
    const tender = await this.tenders.published(tx, auction.tenderId);
    if (!tender) throw notFound('auction');
    const last = await lastEvent(tx, id);
    unless(whyNoLog(auction.state, last?.sequence ?? 0));
    if (!last) throw notFound('auction');
    // Where nobody won, the lines may be put out to tender again, and nobody's tariff is to be known then.
    const disclosure = auction.state === 'decided' ? tender.auction.disclosure : 'none';
    // Of a practice there is nothing to keep from who practised: rivals are invented, and lines are as they are shown.
    const all = full || auction.practiceFor !== null;
    const told: Telling = all
      ? { disclosure: 'all', told: true }
      : { disclosure, told: tender.lots.every((lot) => lot.told) };
    return {
      tag: full ? `${last.hash}-full` : last.hash,
      pieces: () => this.pieces(tx, id, last, told),
    };
  }

  private async *pieces(tx: EntityManager, id: string, last: AuctionEvent, telling: Telling): AsyncGenerator<string> {
    const { contents, tariffs, parts, format, publicKey, seal } = await this.outline(tx, id, last, telling);
    yield '{"contents":{';
    let comma = '';
    for (const sequence of Object.keys(contents).sort()) {
      yield `${comma}${member(sequence, await contentOf(tx, id, Number(sequence)))}`;
      comma = ',';
    }
    yield '},"events":[';
    comma = '';
    for (let behind = 0; behind < last.sequence; behind += AT_ONCE) {
      const events = await eventsBehind(tx, id, behind, Math.min(AT_ONCE, last.sequence - behind));
      yield `${comma}${events.map(canonicalJson).join(',')}`;
      comma = ',';
    }
    const apart = parts === undefined ? '' : `,${member('parts', parts)}`;
    yield `],${member('format', format)}${apart},${member('publicKey', publicKey)},${member('seal', seal)},"tariffs":{`;
    comma = '';
    const commitments = Object.keys(tariffs).sort();
    const bids = new Map(
      Object.entries(parts ?? {}).flatMap(([bid, those]) => those.map((each) => [each, bid] as const)),
    );
    for (let from = 0; from < commitments.length; from += AT_ONCE) {
      const some = commitments.slice(from, from + AT_ONCE);
      const wanted = some.map((commitment) => ({
        commitment,
        bid: bids.get(commitment) ?? commitment,
        alternative: tariffs[commitment]?.alternative,
      }));
      const opened = await openedTariffs(tx, id, wanted);
      yield `${comma}${some.map((commitment) => member(commitment, opened.get(commitment))).join(',')}`;
      comma = ',';
    }
    yield '}}';
  }

  /** The file as the rules make it, with contents and tariffs that are not read yet: they decide nothing and seal alike. */
  private async outline(tx: EntityManager, id: string, last: AuctionEvent, telling: Telling): Promise<LogFile> {
    const closed = await lastOf(tx, id, 'closed');
    const result = closed && (await contentOf(tx, id, closed.body.standing));
    const standings: { sequence: number }[] = await tx.query(
      'select sequence from auction_content where auction_id = $1 and sequence > 1 order by sequence',
      [id],
    );
    const tariffs: { alias: string; commitment: string; parts: TariffPart[] | null }[] = await tx.query(
      'select alias, commitment, parts from auction_tariff where auction_id = $1 and sequence is not null',
      [id],
    );
    const parts = {
      publicKey: this.keys.publicKeyPem(),
      events: closed ? [closed, last] : [last],
      opened: { ...UNREAD, sequence: 1, content: {} as AuctionContent },
      standings: standings.map(({ sequence }) => ({
        sequence,
        salt: '',
        content: (sequence === closed?.body.standing ? result?.content : {}) as StandingContent,
      })),
      tariffs: tariffs.flatMap(({ alias, commitment, parts: among }) =>
        (among ?? [null]).map((one) => ({
          alias,
          commitment: one?.commitment ?? commitment,
          salt: '',
          tariff: {} as Tariff,
          ...(one === null ? {} : { part: { alternative: one.alternative, of: commitment } }),
        })),
      ),
    };
    return logFile(parts, telling, (text) => this.keys.sign(text));
  }
}

/** Everything is for whoever may see everything while it happens. */
function whyNotFull(actor: Actor | null): Refusal | null {
  if (!actor) return refuse('session.missing', 'Please sign in first.', { kind: 'unauthenticated' });
  if (may(actor.roles, 'auctions.read-log')) return null;
  const sentence = 'Your role does not allow this. Leave `full` out to read what everybody may.';
  return refuse('deed.forbidden', sentence, { kind: 'forbidden' });
}

/** A tariff that is opened. */
interface Wanted {
  readonly commitment: string;
  /** the commitment of its bid */
  readonly bid: string;
  /** which one of a bid with alternatives: its label, or null of the main one; undefined where it is the whole bid */
  readonly alternative: string | null | undefined;
}

/** These tariffs by their own commitments. Of a bid with alternatives no other tariff is read. */
async function openedTariffs(
  tx: EntityManager,
  id: string,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, OpenedTariff>> {
  const rows: { place: number; tariff: unknown; salt: string }[] = await tx.query(
    `select w.place::int, case when w.label is null then t.tariff - 'alternatives' else t.tariff -> 'alternatives' -> w.label end as tariff,
            t.salt
     from unnest($2::text[], $3::text[]) with ordinality as w (bid, label, place)
     join auction_tariff t on t.auction_id = $1 and t.commitment = w.bid`,
    [id, wanted.map(({ bid }) => bid), wanted.map(({ alternative }) => alternative ?? null)],
  );
  return new Map(
    rows.flatMap(({ place, tariff: json, salt }): [string, OpenedTariff][] => {
      const one = wanted[place - 1];
      if (!one) return [];
      const { commitment, alternative } = one;
      const tariff = tariffOfJson(json);
      if (alternative === undefined) return [[commitment, { tariff, salt }]];
      return [[commitment, { tariff, salt: partSalt(alternative, salt, sha256), alternative }]];
    }),
  );
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${canonicalJson(value)}`;
}
