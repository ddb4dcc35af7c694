/** The statements of the lock, the offers and the settlement in raw SQL; `stages-raw.ts` says what they are for. */
import { CONTENT_HASH, MEMBER_NAME } from '../src/subscriptions/call-off-sql.js';

/** An audit entry behind the last one of its subject. The parameters are SQL. */
const audit = (type: string, id: string, deed: string, facts: string, from: string): string => `
  insert into floor.audit_entry (subject_type, subject_id, sequence, at, deed, person_name, facts, previous_hash, hash)
  select '${type}', e.id, e.sequence, now(), '${deed}', 'system', e.facts, e.previous, encode(sha256(convert_to(
    jsonb_build_array(e.previous, '${type}', e.id, e.sequence, now(), '${deed}', 'system', e.facts)::text, 'UTF8')), 'hex')
  from (select ${id} as id, coalesce(l.sequence, 0) + 1 as sequence, coalesce(l.hash, '') as previous, ${facts} as facts
    from ${from} left join lateral (select sequence, hash from floor.audit_entry
      where subject_type = '${type}' and subject_id = ${id} order by sequence desc limit 1) l on true) e`;

/** A fact and its deliveries, as parts of a statement. */
const fact = (name: string, payload: string, handlers: string): string => `
  event as (
    insert into floor.outbox_event (name, payload) values ('${name}', ${payload}) returning id
  ), delivery as (
    insert into floor.outbox_delivery (event_id, handler) select id, unnest(${handlers}::text[]) from event
  )`;

/** Locks pool $1 with its demand; $2 is a salt, $3 are the listeners. */
export const LOCK = `
  with cell as (
    insert into floor.demand_cell
    select p.pool_id, p.region_code, l.tier_code, coalesce(sum(l.quantity) filter (where p.commitment = 'firm'), 0),
      coalesce(sum(l.quantity) filter (where p.commitment <> 'firm'), 0)
    from pledge p join pledge_line l on l.pledge_id = p.id where p.pool_id = $1
    group by p.pool_id, p.region_code, l.tier_code returning *
  ), demand as (
    select sum(firm_lines) as firm, sum(interest_lines) as interest,
      encode(sha256(convert_to($2 || string_agg(region_code || tier_code || firm_lines || interest_lines, ','
        order by region_code, tier_code), 'UTF8')), 'hex') as hash
    from cell
  ), locked as (
    update floor.pool p set state = 'locked', version = version + 1, due_at = null, locked_at = now(), snapshot_salt = $2,
      snapshot_hash = d.hash
    from demand d where p.id = $1 and d.firm + d.interest >= p.critical_mass returning p.snapshot_hash
  ), ${fact('pools.locked', `jsonb_build_object('poolId', $1)`, '$3')}
  ${audit(
    'pool',
    '$1::text',
    'pools.end-joining',
    `jsonb_build_object('firmLines', d.firm, 'interestLines', d.interest, 'snapshotHash', d.hash)`,
    'demand d',
  )}`;

/** The highest band that the lines fill which accept its price; those without a limit accept any. */
const reached = (lines: string): string => `
  (select b.band, sum(c.lines) as lines from floor.band b, counted c
   where b.agreement_id = $1 and ${lines}
     and coalesce(c.step >= (select count(*) from floor.band where agreement_id = $1) - b.band, true)
   group by b.band, b.from_lines having sum(c.lines) >= b.from_lines order by b.band desc limit 1)`;

/** The round and the offers of agreement $1; $2 are the listeners. */
export const OFFERS = `
  with line as materialized (
    select a.line_sequence, a.line_id, p.member_id, p.association_id, s.reference, p.region_code, c.cell, a.quantity,
      p.commitment, l.ceiling_monthly, l.present_monthly, l.exit_fee,
      l.ceiling_monthly - least(l.ceiling_monthly, c.setup_monthly) as most
    from floor.agreement f join award_line a on a.award_id = f.award_id and a.bid_id = f.bid_id
      join floor.class c on c.agreement_id = f.id and c.lot_code = a.lot_code and c.tier_code = a.tier_code
      join pledge_line l on l.id = a.line_id join pledge p on p.id = l.pledge_id join site s on s.id = p.site_id
    where f.id = $1
  ), counted as materialized (
    select c.cell, width_bucket(l.most, c.steps) as step, l.commitment = 'firm' and l.most is not null as certain,
      count(*) as offers, sum(l.quantity) as lines
    from line l join floor.class c on c.agreement_id = $1 and c.cell = l.cell group by 1, 2, 3
  ), decided as materialized (
    select f.*, sure.lines as certain_lines, hoped.lines as expected_lines, coalesce(sure.band, f.least_band) as at_most,
      greatest(coalesce(sure.band, f.least_band), hoped.band) as expected
    from floor.agreement f left join ${reached('c.certain')} sure on sure.lines >= f.least_lines
      left join ${reached('true')} hoped on hoped.lines >= f.least_lines
    where f.id = $1
  ), round as (
    insert into floor.offer_round (id, pool_id, provider_id, currency, term_months, state, opened_at, due_at, offers,
      offered_lines, at_most_band, expected_band, certain_lines, expected_lines)
    select d.id, d.pool_id, d.provider_id, d.currency, d.term_months, 'open', d.due_at - interval '1 day', d.due_at, t.offers,
      t.lines, d.at_most, d.expected, d.certain_lines, d.expected_lines
    from decided d, (select sum(offers) as offers, sum(lines) as lines from counted) t
  ), offered as (
    insert into floor.offer (agreement_id, line_sequence, line_id, member_id, association_id, site_reference, region_code,
      lot_code, tier_code, quantity, commitment, ceiling_monthly, present_monthly, exit_fee, open_market_monthly,
      at_most_monthly, expected_monthly, setup_minor, limit_minor, state)
    select $1, l.line_sequence, l.line_id, l.member_id, l.association_id, l.reference, l.region_code, c.lot_code, c.tier_code,
      l.quantity, l.commitment, l.ceiling_monthly, l.present_monthly, l.exit_fee, c.open_market, c.prices[d.at_most + 1],
      c.prices[d.expected + 1], c.setup_minor, case when l.commitment = 'firm' then l.most end,
      case when l.commitment <> 'firm' or l.most is null then 'made' when l.most >= c.prices[d.at_most + 1] then 'accepted'
        else 'standing' end
    from line l join floor.class c on c.agreement_id = $1 and c.cell = l.cell, decided d
  ), ${fact('subscriptions.offers-made', `jsonb_build_object('agreementId', $1)`, '$2')}
  ${audit(
    'offer-round',
    '$1::text',
    'subscriptions.make-offers',
    `jsonb_build_object('atMostBand', d.at_most, 'expectedBand', d.expected, 'dueAt', d.due_at)`,
    'decided d',
  )}`;

/** Settles the offers of agreement $1; $2 are the listeners. */
export const SETTLEMENT = `
  with counted as materialized (
    select c.cell, width_bucket(o.limit_minor, c.steps) as step, sum(o.quantity) as lines
    from floor.offer o join floor.class c on c.agreement_id = $1 and c.lot_code = o.lot_code and c.tier_code = o.tier_code
    where o.agreement_id = $1 and o.limit_minor is not null group by 1, 2
  ), decided as materialized (
    select f.*, r.band, r.lines from floor.agreement f join ${reached('true')} r on r.lines >= f.least_lines where f.id = $1
  ), ended as (
    update floor.offer o set state = case when o.limit_minor is null then 'lapsed'
      when o.limit_minor >= c.prices[d.band + 1] then 'settled' else 'priced-out' end
    from floor.class c, decided d
    where o.agreement_id = $1 and o.state <> 'declined' and c.agreement_id = $1 and c.lot_code = o.lot_code
      and c.tier_code = o.tier_code
    returning o.*
  ), s as materialized (
    select e.*, ${MEMBER_NAME} as member_name,
      'CO-' || f.number || '-' || lpad((row_number() over (order by e.line_sequence))::text, 6, '0') as number
    from ended e join organisation m on m.id = e.member_id, floor.agreement f where e.state = 'settled' and f.id = $1
  ), made as (
    insert into floor.subscription (number, offer_id, agreement_id, line_id, member_id, association_id, member_name,
      site_reference, region_code, lot_code, tier_code, quantity, monthly_minor, agreed_monthly, setup_minor, term_months,
      content_hash, state, settled_at)
    select s.number, s.id, $1, s.line_id, s.member_id, s.association_id, s.member_name, s.site_reference, s.region_code,
      s.lot_code, s.tier_code, s.quantity, p.prices[d.band + 1], s.limit_minor, s.setup_minor, d.term_months, ${CONTENT_HASH},
      'called-off', now()
    from s join floor.class p on p.agreement_id = $1 and p.lot_code = s.lot_code and p.tier_code = s.tier_code, decided d
    returning lot_code, tier_code, quantity
  ), closed as (
    update floor.offer_round r set state = 'settled', closed_at = r.due_at, settled_band = d.band, settled_lines = d.lines
    from decided d where r.id = d.id
  ), held as (
    insert into floor.award_settled (award_id, bid_id, lot_code, tier_code, lines)
    select d.award_id, d.bid_id, c.lot_code, c.tier_code, coalesce(m.lines, 0)
    from decided d join floor.class c on c.agreement_id = d.id left join (
      select lot_code, tier_code, sum(quantity) as lines from made group by 1, 2) m using (lot_code, tier_code)
  ), ${fact('subscriptions.round-settled', `jsonb_build_object('agreementId', $1)`, '$2')}, recorded as (
  ${audit(
    'offer-round',
    '$1::text',
    'subscriptions.settle',
    `jsonb_build_object('band', d.band, 'volume', d.lines)`,
    'decided d',
  )})
  ${audit(
    'award',
    'd.award_id::text',
    'subscriptions.settle',
    `jsonb_build_object('settledBid', d.bid_id, 'settledLines', d.lines)`,
    'decided d',
  )}`;
