/** Hundreds of providers with a sealed bid each, written straight into the tables: over HTTP they would take minutes. */
import { randomUUID } from 'node:crypto';
import { receiptText } from '../../src/auctions/rules/receipt.js';
import { Sealing } from '../../src/auctions/sealing.js';
import { Keys, randomToken, sha256 } from '../../src/platform/keys/keys.js';
import { tariffOfJson } from '../../src/pricing/rules/tariff-json.js';
import { type BidMade, closed, publishedTender, type TariffJson } from './opened-tender.js';
import { LiveAuction, type LiveAuctionOptions, LIVE } from './live-auction.js';
import { Someone, type System } from './system.js';

/** A live auction, opened, of as many bidders as there are tariffs. */
export async function crowdedAuction(
  system: System,
  tariffs: readonly TariffJson[],
  options: LiveAuctionOptions = {},
): Promise<LiveAuction> {
  const auction = { ...LIVE, ...options.auction };
  const tender = await publishedTender(system, { ...options, terms: { ...options.terms, auction } });
  const bids = await sealedBids(system, tender.tenderId, tariffs);
  await closed(system, tender);
  await tender.officer.post(`/api/v1/tenders/${tender.tenderId}/bids/open`).expect(200);
  return new LiveAuction(system, { ...tender, bids });
}

async function sealedBids(system: System, tenderId: string, tariffs: readonly TariffJson[]): Promise<BidMade[]> {
  const [sealing, keys] = [system.app.get(Sealing, { strict: false }), system.app.get(Keys, { strict: false })];
  const now = (await system.now()).getTime();
  const made = tariffs.map((tariff, i) => {
    const bidId = randomUUID();
    const provider = new Someone(system.url, randomUUID(), randomUUID(), randomToken());
    const receivedAt = new Date(now + i);
    const { box, commitment } = sealing.seal(bidId, tariffOfJson(tariff));
    const signature = keys.sign(receiptText({ bidId, tenderId, sequence: 1, commitment, receivedAt }));
    return { bidId, provider, tariff, receivedAt, box, commitment, signature };
  });
  const column = <T>(of: (each: (typeof made)[number]) => T): T[] => made.map(of);
  const [people, organisations] = [
    column(({ provider }) => provider.personId),
    column(({ provider }) => provider.organisationId),
  ];
  await system.source.query(
    `insert into organisation (id, kind, name) select id, 'provider', 'provider ' || id from unnest($1::uuid[]) as id`,
    [organisations],
  );
  await system.source.query(
    `insert into person (id, email, name, password_hash)
     select id, id || '@example.test', 'bidder ' || id, 'cannot sign in by password' from unnest($1::uuid[]) as id`,
    [people],
  );
  await system.source.query(
    `insert into membership select person, organisation, 'bidder'
     from unnest($1::uuid[], $2::uuid[]) as given (person, organisation)`,
    [people, organisations],
  );
  await system.source.query(
    `insert into session (token_hash, person_id, organisation_id, expires_at)
     select token, person, organisation, clock_timestamp() + interval '12 hours'
     from unnest($1::text[], $2::uuid[], $3::uuid[]) as given (token, person, organisation)`,
    [column(({ provider }) => sha256(provider.token)), people, organisations],
  );
  await system.source.query(
    `insert into sealed_bid (id, auction_id, provider_id, person_id, sequence, received_at, box, commitment,
       receipt_signature, state)
     select id, $1, provider, person, 1, received_at, box, commitment, signature, 'standing'
     from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::bytea[], $7::text[], $8::text[])
       as given (id, provider, person, received_at, box, commitment, signature)`,
    [
      tenderId,
      column(({ bidId }) => bidId),
      organisations,
      people,
      column(({ receivedAt }) => receivedAt),
      column(({ box }) => box),
      column(({ commitment }) => commitment),
      column(({ signature }) => signature),
    ],
  );
  return made.map(({ bidId, provider, tariff }) => ({ bidId, provider, tariff }));
}

/** Tariffs of which none is like another: some serve the north, some the south, some both, the later the dearer. */
export function variedTariffs(count: number): TariffJson[] {
  const places: readonly TariffJson['lots'][] = [{ north: {} }, { south: {} }, { north: {}, south: {} }];
  return Array.from({ length: count }, (_, i) => ({
    bands: [{ from: 1, monthly: { basic: 25_000 + 7 * i, fast: 42_000 + 11 * i } }],
    lots: places[i % places.length] ?? {},
  }));
}
