/** The statements of an import. */
import type { ImportRow } from './rules/import-row.js';

/** A row, with the id that its member gets if it is there for the first time. */
export interface StagedRow extends ImportRow {
  readonly memberId: string;
}

const COLUMNS: readonly (readonly [name: string, type: string, value: (row: StagedRow) => unknown])[] = [
  ['reference', 'text', (row) => row.reference],
  ['name', 'text', (row) => row.name],
  ['employees', 'integer', (row) => row.employees],
  ['sector', 'text', (row) => row.sector],
  ['region_code', 'text', (row) => row.regionCode],
  ['latitude', 'double precision', (row) => row.latitude],
  ['longitude', 'double precision', (row) => row.longitude],
  ['tier_code', 'text', (row) => row.tierCode],
  ['quantity', 'integer', (row) => row.quantity],
  ['present_provider', 'text', (row) => row.presentProvider],
  ['present_down_mbps', 'numeric(10, 3)', (row) => row.presentDownMbps],
  ['present_monthly', 'bigint', (row) => row.presentMonthly],
  ['ceiling_monthly', 'bigint', (row) => row.ceilingMonthly],
  ['commitment', 'text', (row) => row.commitment],
  ['member_id', 'uuid', (row) => row.memberId],
];
const names = COLUMNS.map(([name]) => name).join(', ');
const columns = COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ');

/**
 * $1 the association. Two files of one association are written one after the other, or both would make the same members.
 * Memory is enough to compare and sort a file of the largest size.
 */
export const TAKE_TURN = `
  select pg_advisory_xact_lock(hashtextextended('pools.import:' || $1, 0)), set_config('work_mem', '64MB', true)`;

/** The file as a table, and what each row means: at first, that its business is named for the first time. */
export const STAGE = `
  create temp table import_row (row integer, ${columns}, known boolean, site_id uuid, pledge_id uuid,
    list_changed boolean, site_added boolean, site_changed boolean, kept boolean, gone boolean, added boolean,
    changed boolean
  ) on commit drop`;

/** $1 counts the rows before these. */
export const STAGED = {
  insert: `insert into import_row
    select $1 + n, ${names}, false, gen_random_uuid(), gen_random_uuid(), false, true, false, false, false, true, false
    from unnest(${COLUMNS.map(([, type], i) => `$${i + 2}::${type}[]`).join(', ')}) with ordinality as r (${names}, n)`,
  values: COLUMNS.map(([, , value]) => value),
};

/** $1 the association. Rows of businesses that it has named before, each with whose it is. */
export const KNOWN = `
  with known as (
    update import_row r set known = true, member_id = m.member_id
    from association_member m where m.association_id = $1 and m.reference = r.reference
    returning r.row
  ) select row from known`;

/** $1 the association. */
export const ENROL = `
  insert into association_member (association_id, reference, member_id, employees, sector)
  select $1, reference, member_id, employees, sector from import_row where not known`;

/**
 * $1 the pool. Members decide for themselves at the same time: what they are about to change or to
 * leave is waited for here, in the order of a member's own deeds (pledge, then site), and then stays as it is compared.
 * A site without a pledge, or about to change, is held so that its member does not join with it here or elsewhere between
 * the comparison and the writing. Statements of their own, so that the comparison sees what was waited for.
 */
export const HOLD: readonly string[] = [
  `with held as materialized (
     select p.id from import_row r
     join site s on s.member_id = r.member_id and s.reference = r.reference
     join pledge p on p.pool_id = $1 and p.site_id = s.id
     where r.known order by p.id for update of p
   ) select count(*) from held`,
  `with held as materialized (
     select s.id from import_row r
     join site s on s.member_id = r.member_id and s.reference = r.reference
     where r.known and ((s.name, s.region_code, s.latitude, s.longitude)
         is distinct from (r.name, r.region_code, r.latitude, r.longitude)
       or not exists (select from pledge p where p.pool_id = $1 and p.site_id = s.id))
     order by s.id for no key update of s
   ) select count(*) from held`,
];

/**
 * $1 the pool, $2 the association, $3 whether consent is stated. A row is kept as its member has decided: by its own
 * pledge, or by having left; and the site as it is as long as the member has pledged it itself in any pool, for all pools
 * share it. A pledge of the import has one line; when the pledge's lines are as many as that line's, it
 * has no other.
 */
export const COMPARE = `
  update import_row set site_id = coalesce(c.site_id, import_row.site_id),
    pledge_id = coalesce(c.pledge_id, import_row.pledge_id), list_changed = c.list_changed,
    site_added = c.site_id is null, site_changed = c.site_id is not null and c.site_differs and not c.site_own,
    kept = coalesce(c.by_member, c.departed), gone = c.pledge_id is null and c.departed,
    added = c.pledge_id is null and not c.departed, changed = c.pledge_id is not null and c.pledge_differs
  from (
    select r.row, s.id as site_id, p.id as pledge_id, p.by_member, d.site_id is not null as departed,
      (m.employees, m.sector) is distinct from (r.employees, r.sector) as list_changed,
      (s.name, s.region_code, s.latitude, s.longitude)
        is distinct from (r.name, r.region_code, r.latitude, r.longitude) as site_differs,
      own.site_id is not null as site_own,
      (p.region_code, p.commitment, p.consent_stated, p.lines, l.quantity, l.ceiling_monthly, l.present_provider,
        l.present_down_mbps, l.present_monthly)
        is distinct from (r.region_code, r.commitment, r.ceiling_monthly is not null and $3, r.quantity, r.quantity,
        r.ceiling_monthly, r.present_provider, r.present_down_mbps, r.present_monthly) as pledge_differs
    from import_row r
    join association_member m on m.association_id = $2 and m.reference = r.reference
    left join site s on s.member_id = r.member_id and s.reference = r.reference
    left join pledge p on p.pool_id = $1 and p.site_id = s.id
    left join pledge_line l on l.pledge_id = p.id and l.tier_code = r.tier_code
    left join departure d on d.pool_id = $1 and d.site_id = s.id
    left join (select distinct site_id from pledge where by_member) own on own.site_id = s.id
    where r.known
  ) c where c.row = import_row.row`;

const LINE = 'tier_code, quantity, ceiling_monthly, present_provider, present_down_mbps, present_monthly';

/** What a statement may take, each by its name in `takes`, in the order of its parameters. */
type ImportParameter = 'poolId' | 'associationId' | 'consentStated' | 'now';

export interface ImportWrite {
  readonly takes: readonly ImportParameter[];
  readonly statement: string;
}

/** What businesses that are new to the pool bring, in this order. */
export const ADDITIONS: readonly ImportWrite[] = [
  {
    takes: [],
    statement: `insert into site (id, member_id, reference, name, region_code, latitude, longitude)
      select site_id, member_id, reference, name, region_code, latitude, longitude
      from import_row where site_added`,
  },
  {
    takes: ['poolId', 'associationId', 'consentStated', 'now'],
    statement: `insert into pledge (id, pool_id, site_id, member_id, association_id, region_code, commitment,
        consent_stated, by_member, lines, joined_at)
      select pledge_id, $1, site_id, member_id, $2, region_code, commitment, ceiling_monthly is not null and $3,
        false, quantity, $4
      from import_row where added order by row`,
  },
  {
    takes: [],
    statement: `insert into pledge_line (id, pledge_id, ${LINE})
      select gen_random_uuid(), pledge_id, ${LINE} from import_row where added order by row`,
  },
];

/** What is different of businesses that are known, in this order. */
export const CHANGES: readonly ImportWrite[] = [
  {
    takes: ['associationId'],
    statement: `update association_member m set employees = r.employees, sector = r.sector
      from import_row r where r.list_changed and m.association_id = $1 and m.reference = r.reference`,
  },
  {
    takes: [],
    statement: `update site s set name = r.name, region_code = r.region_code, latitude = r.latitude,
        longitude = r.longitude
      from import_row r where r.site_changed and not r.kept and s.id = r.site_id`,
  },
  {
    takes: ['associationId', 'consentStated'],
    statement: `update pledge p set association_id = $1, region_code = r.region_code, commitment = r.commitment,
        consent_stated = r.ceiling_monthly is not null and $2, lines = r.quantity, version = p.version + 1
      from import_row r where r.changed and not r.kept and p.id = r.pledge_id`,
  },
  {
    takes: [],
    statement: `delete from pledge_line l using import_row r
      where r.changed and not r.kept and l.pledge_id = r.pledge_id and l.tier_code <> r.tier_code`,
  },
  {
    takes: [],
    statement: `insert into pledge_line as l (id, pledge_id, ${LINE})
      select gen_random_uuid(), pledge_id, ${LINE} from import_row where changed and not kept order by row
      on conflict (pledge_id, tier_code) do update set quantity = excluded.quantity,
        ceiling_monthly = excluded.ceiling_monthly, present_provider = excluded.present_provider,
        present_down_mbps = excluded.present_down_mbps, present_monthly = excluded.present_monthly`,
  },
];

export const COUNT = `
  select count(*) filter (where added)::int as added,
    count(*) filter (where not added and not kept and (changed or site_changed or list_changed))::int as changed,
    count(*) filter (where not added and not kept and not (changed or site_changed or list_changed))::int as same,
    count(*) filter (where kept and not gone)::int as "keptByMember",
    count(*) filter (where gone)::int as "leftByMember",
    coalesce(sum(quantity) filter (where not kept and commitment = 'firm'), 0)::int as "firmLines",
    coalesce(sum(quantity) filter (where not kept and commitment = 'interest'), 0)::int as "interestLines"
  from import_row`;
