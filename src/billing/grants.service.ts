/** What an agency pays of members' lines: schemes with a budget, and vouchers for those that are by voucher. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf, uuidCursor } from '../kernel/page.js';
import { invalid, notFound, refuse } from '../kernel/refusal.js';
import { CatalogueQueries } from '../catalogue/catalogue.queries.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { PoolsQueries } from '../pools/pools.queries.js';
import { namedRow } from '../platform/database/named-row.js';
import { Deeds } from '../platform/deeds/deeds.js';
import type { GrantPage, GrantView, MakeGrant, MakeVoucher, VoucherPage, VoucherView } from './grants.dto.js';

interface Paging {
  readonly cursor?: string;
  readonly limit: number;
}

const GRANTS = `
  select id, name, currency::text as currency, regions, tiers, pools, by_voucher as "byVoucher",
    line_minor as "perLineMinor", months, from_month as "fromMonth", budget_minor as "budgetMinor",
    granted_minor as "grantedMinor", state, made_at as "madeAt", ended_at as "endedAt"
  from grant_scheme where agency_id = $1`;

/** Parameters: the member or null for all of them, and the agency or null for all of them. */
const VOUCHERS = `
  select v.id, s.id as "grantId", s.name as "grantName", s.currency::text as currency, v.member_id as "memberId",
    v.lines, s.line_minor as "perLineMinor", s.months, v.made_at as "madeAt", v.redeemed_at as "redeemedAt", s.state as "grantState"
  from grant_voucher v join grant_scheme s on s.id = v.scheme_id
  where ($1::uuid is null or v.member_id = $1) and ($2::uuid is null or s.agency_id = $2)`;

@Injectable()
export class GrantsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly organisations: OrganisationsQueries,
    private readonly catalogue: CatalogueQueries,
    private readonly pools: PoolsQueries,
  ) {}

  /**
   * Makes a scheme of the actor's agency: the runs that start from now on pay by it.
   * @throws Refusal 'grant.invalid' that names the regions, tiers and pools that there are not
   */
  async make(actor: Actor, grant: MakeGrant): Promise<GrantView> {
    const { name, currency, regions, tiers, pools, byVoucher, perLineMinor, months, fromMonth, budgetMinor } = grant;
    const facts = { name, currency, regions, tiers, pools, byVoucher, perLineMinor, months, fromMonth, budgetMinor };
    return this.deeds.run(actor, 'billing.make-grant', facts, async (deed) => {
      await this.refuseUnknown(deed.tx, grant);
      const rows: { id: string }[] = await deed.tx.query(
        `insert into grant_scheme (agency_id, name, currency, regions, tiers, pools, by_voucher, line_minor, months,
           from_month, budget_minor, state, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12) returning id`,
        [
          actor.organisationId,
          name,
          currency,
          regions ?? null,
          tiers ?? null,
          pools ?? null,
          byVoucher,
          perLineMinor,
          months,
          fromMonth,
          budgetMinor,
          deed.now,
        ],
      );
      const id = rows[0]?.id ?? '';
      await deed.record({ type: 'grant-scheme', id }, facts);
      return this.one(deed.tx, actor, id);
    });
  }

  private async refuseUnknown(tx: EntityManager, { regions, tiers, pools }: MakeGrant): Promise<void> {
    const faults = [
      ...(await this.catalogue.unknownRegions(tx, regions ?? [])).map((code) => ({
        path: 'regions',
        reason: `must be regions of the catalogue, and ${code} is none`,
      })),
      ...(await this.catalogue.unknownTiers(tx, tiers ?? [])).map((code) => ({
        path: 'tiers',
        reason: `must be tiers of the catalogue, and ${code} is none`,
      })),
      ...(await this.pools.unknownPools(tx, pools ?? [])).map((id) => ({
        path: 'pools',
        reason: `must be ids of pools, and ${id} is none`,
      })),
    ];
    if (faults.length > 0) throw invalid('grant.invalid', 'The scheme names what there is not.', faults);
  }

  /** Ends a scheme: what it has paid stays paid. Asked again, it does nothing. @throws Refusal 'grant.not-found' */
  async end(actor: Actor, id: string): Promise<GrantView> {
    return this.deeds.run(actor, 'billing.end-grant', { id }, async (deed) => {
      await this.one(deed.tx, actor, id);
      const ended: unknown[] = await deed.tx.query(
        `with ended as (update grant_scheme set state = 'ended', ended_at = $2 where id = $1 and state = 'open' returning id)
         select id from ended`,
        [id, deed.now],
      );
      if (ended.length > 0) await deed.record({ type: 'grant-scheme', id });
      return this.one(deed.tx, actor, id);
    });
  }

  /**
   * Gives a member a voucher of a scheme, which it redeems itself.
   * @throws Refusal 'grant.not-found', 'grant.not-by-voucher', 'voucher.invalid', 'voucher.given'
   */
  async give(actor: Actor, grantId: string, { memberId, lines }: MakeVoucher): Promise<VoucherView> {
    return this.deeds.run(actor, 'billing.give-voucher', { grantId, memberId, lines }, async (deed) => {
      const grant = await this.one(deed.tx, actor, grantId);
      if (!grant.byVoucher || grant.state !== 'open') {
        const sentence =
          'Vouchers are given of a scheme that is by voucher and has not ended: make one, or name another.';
        throw refuse('grant.not-by-voucher', sentence);
      }
      const member = await this.organisations.one(deed.tx, memberId);
      if (member?.kind !== 'member') {
        const faults = [{ path: 'memberId', reason: 'is not the id of a member' }];
        throw invalid('voucher.invalid', 'Vouchers are for members.', faults);
      }
      const rows: { id: string }[] = await deed.tx.query(
        `insert into grant_voucher (scheme_id, member_id, lines, made_at) values ($1, $2, $3, $4)
         on conflict do nothing returning id`,
        [grantId, memberId, lines, deed.now],
      );
      const [made] = rows;
      if (!made) throw refuse('voucher.given', 'This member has a voucher of this scheme already.');
      await deed.record({ type: 'grant-scheme', id: grantId }, { voucherId: made.id, memberId, lines });
      return this.voucher(deed.tx, actor, made.id);
    });
  }

  /**
   * Redeems a voucher of the actor's own. Asked again, it does nothing.
   * @throws Refusal 'voucher.not-found', 'voucher.ended'
   */
  async redeem(actor: Actor, id: string): Promise<VoucherView> {
    return this.deeds.run(actor, 'billing.redeem-voucher', { id }, async (deed) => {
      const { grantId, redeemedAt, grantState } = await this.voucher(deed.tx, actor, id);
      if (redeemedAt === null && grantState === 'ended') {
        const sentence =
          'The scheme of this voucher has ended, and nothing is paid for it: ask the agency for another.';
        throw refuse('voucher.ended', sentence);
      }
      await deed.tx.query('update grant_voucher set redeemed_at = $2 where id = $1 and redeemed_at is null', [
        id,
        deed.now,
      ]);
      if (redeemedAt === null) await deed.record({ type: 'grant-scheme', id: grantId }, { redeemed: id });
      return this.voucher(deed.tx, actor, id);
    });
  }

  /** Schemes of the actor's agency, in the order in which they come to a line. */
  async list(tx: EntityManager, actor: Actor, { cursor, limit }: Paging): Promise<GrantPage> {
    const own = 'grant_scheme where id = $1 and agency_id = $2';
    const behind = await namedRow(tx, uuidCursor(cursor), own, [actor.organisationId]);
    const rows: GrantView[] = await tx.query(
      `${GRANTS} and ($2::uuid is null or sequence > (select g.sequence from grant_scheme g where g.id = $2))
       order by sequence limit $3`,
      [actor.organisationId, behind, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }

  /** Vouchers in the order in which they were given: a member's own, or those of the agency's schemes. */
  async vouchers(tx: EntityManager, actor: Actor, { cursor, limit }: Paging): Promise<VoucherPage> {
    const known = `grant_voucher v join grant_scheme s on s.id = v.scheme_id where v.id = $1
      and ($2::uuid is null or v.member_id = $2) and ($3::uuid is null or s.agency_id = $3)`;
    const behind = await namedRow(tx, uuidCursor(cursor), known, sides(actor));
    const rows: VoucherView[] = await tx.query(
      `${VOUCHERS} and ($3::uuid is null or v.sequence > (select o.sequence from grant_voucher o where o.id = $3))
       order by v.sequence limit $4`,
      [...sides(actor), behind, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }

  private async one(tx: EntityManager, actor: Actor, id: string): Promise<GrantView> {
    const rows: GrantView[] = await tx.query(`${GRANTS} and id = $2`, [actor.organisationId, id]);
    if (!rows[0]) throw notFound('grant');
    return rows[0];
  }

  private async voucher(tx: EntityManager, actor: Actor, id: string): Promise<VoucherView> {
    const rows: VoucherView[] = await tx.query(`${VOUCHERS} and v.id = $3`, [...sides(actor), id]);
    if (!rows[0]) throw notFound('voucher');
    return rows[0];
  }
}

/** An id that nothing has: whoever belongs to no organisation sees nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

function sides({ organisationId, organisationKind }: Actor): [member: string | null, agency: string | null] {
  const own = organisationId ?? NOBODY;
  return organisationKind === 'agency' ? [null, own] : [own, null];
}
