/** Letters to the members of agreements whose band improved: one statement per agreement, however many members. */
import { ContractsQueries } from '../contracts/contracts.queries.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { lowerPricesLetter, pricePair } from './rules/price-letter.js';
import { classKey, pricesIn, signedTerms } from './run-rows.js';

interface Improved {
  readonly agreementId: string;
  readonly band: number;
  readonly previousBand: number;
  readonly lines: number;
  readonly month: string;
}

export async function tellLowerPrices(deed: Deed, contracts: ContractsQueries, runId: string): Promise<void> {
  const improved: Improved[] = await deed.tx.query(
    `select g.agreement_id as "agreementId", g.band, g.previous_band as "previousBand", g.lines, r.month
     from run_agreement g join billing_run r on r.id = g.run_id
     where g.run_id = $1 and g.band > g.previous_band order by g.agreement_id`,
    [runId],
  );
  for (const agreement of improved) await tell(deed, contracts, runId, agreement);
}

async function tell(deed: Deed, contracts: ContractsQueries, runId: string, improved: Improved): Promise<void> {
  const { agreementId, band, previousBand, lines, month } = improved;
  const terms = await signedTerms(deed.tx, contracts, agreementId);
  const from = (of: number) => terms.tariff.bands[of]?.from ?? 1;
  const { subject, intro, end } = lowerPricesLetter({
    number: terms.number,
    provider: terms.providerName,
    month,
    lines,
    from: from(band),
    fromBefore: from(previousBand),
  });
  const [before, now] = [pricesIn(terms, previousBand), pricesIn(terms, band)];
  const lower = terms.cells.flatMap(({ lot, tier, lotTitle }) => {
    const [old, present] = [before.get(classKey(lot, tier)), now.get(classKey(lot, tier))];
    return old === undefined || present === undefined || present >= old
      ? []
      : [{ lot, tier, present, text: pricePair(tier, lotTitle, old, present, terms.currency) }];
  });
  // A band may be cheaper for some classes only, and a contract may have had its price from the beginning: whoever pays
  // as before gets no letter.
  await deed.tx.query(
    `with price as materialized (
       select * from unnest($3::text[], $4::text[], $5::text[], $9::bigint[]) as p (lot_code, tier_code, text, monthly)
     ), told as materialized (
       select l.member_id, string_agg(distinct p.text, E'\\n') as prices
       from invoice i join billable_line l on l.member_id = i.member_id and l.agreement_id = $2
         join price p on p.lot_code = l.lot_code and p.tier_code = l.tier_code
           and p.monthly < l.contract_monthly
       where i.run_id = $1 and exists (
         select from invoice_line v where v.invoice_id = i.id and v.subscription_id = l.subscription_id)
       group by 1
     )
     insert into mail_message (recipient, subject, body, about)
     select m.email, $6, $7 || left(t.prices, 15000) || $8, 'agreement ' || $2::text
     from told t join organisation_mailbox m on m.organisation_id = t.member_id order by t.member_id, m.email`,
    [
      runId,
      agreementId,
      lower.map(({ lot }) => lot),
      lower.map(({ tier }) => tier),
      lower.map(({ text }) => text),
      subject,
      intro,
      end,
      lower.map(({ present }) => present),
    ],
  );
}
