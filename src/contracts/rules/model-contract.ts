/**
 * The model contract: a framework agreement in plain English, written from its content alone. The same content always
 * gives the same words.
 */
import { leastLines } from '../../pricing/rules/band.js';
import { instantText, listText, moneyText, numberText } from './plain-text.js';
import { bandText, extrasTable, linesTable, partnersTable, priceTables, type Table } from './price-schedule.js';
import { INSTALLATION_DAYS, MOST_CREDIT_DAYS } from './service-promises.js';
import type { AgreementContent } from './terms.js';

/** Terms of the model itself, the same in every tender: to change one is to make another model. */
const RECORDS_YEARS = 5;

export interface Paragraph {
  readonly kind: 'text';
  readonly text: string;
}

export interface Clause {
  readonly heading: string;
  readonly blocks: readonly (Paragraph | Table)[];
}

export interface Contract {
  readonly title: string;
  readonly number: string;
  /** "Edition 2, issued 15 January 2030, 00:00 Korean time" */
  readonly issue: string;
  readonly subject: string;
  readonly parties: readonly { readonly role: string; readonly name: string }[];
  readonly clauses: readonly Clause[];
}

/** The contract that an agreement's content stands for; `MODEL` names its clauses. */
export function modelContract(content: AgreementContent): Contract {
  return {
    title: 'Framework agreement',
    number: content.number,
    issue: `Edition ${content.edition}, issued ${instantText(content.issuedAt)}`,
    subject: content.tenderTitle,
    parties: [
      { role: 'the agency', name: content.agencyName },
      { role: 'the provider', name: content.providerName },
    ],
    clauses: [
      subject(content),
      callOff(content),
      prices(content),
      pricesOnlyFall(content),
      minimumVolume(content),
      term(content),
      installation(),
      standstill(content),
      signature(),
      governingData(content),
      ...(content.specialConditions === null
        ? []
        : [
            clause(
              'Special conditions',
              ...content.specialConditions.split(/\n+/).filter((line) => line.trim() !== ''),
            ),
          ]),
    ],
  };
}

function subject(content: AgreementContent): Clause {
  const partners = partnersTable(content);
  return clause(
    'Subject',
    `The provider has won ${numberText(content.lines)} lines in the tender “${content.tenderTitle}”. It will serve the ` +
      'members of the pool whose lines these are, on the conditions of this agreement, under contracts of their own.',
    linesTable(content),
    ...(partners === null
      ? []
      : [
          'The provider has bid together with others, its partners. Each serves the lots named here, up to its capacity, and ' +
            'the provider serves the other lots itself. The provider alone is a party to this agreement, and owes the agency ' +
            'and the members what its partners serve as its own.',
          partners,
        ]),
    'A line is one connection at one site of a member. Within a lot and tier the lines stand in the order in which ' +
      'members pledged them, and this agreement covers a fixed run of that order.',
  );
}

function callOff({ offerDays }: AgreementContent): Clause {
  return clause(
    'Offers and call-off',
    'Once both parties have signed, every member concerned gets a personal offer. It states the most the member would ' +
      `pay and what it can expect to pay. Members have ${offerDays} days to answer; a firm pledge whose ceiling is at ` +
      'or above the offer, the set-up spread over the term included, is accepted by itself.',
    'When the answers are in, the accepted lines settle the volume, and the volume settles the price. Each accepted ' +
      'line becomes a call-off contract between the member and the provider. No member ever pays more than it agreed to.',
  );
}

function prices(content: AgreementContent): Clause {
  const { tariff, currency, band, heldLines } = content;
  const extras = extrasTable(content);
  const activation = tariff.activation ?? 0n;
  return clause(
    'Prices by volume',
    'One band prices every line: the band that all accepted lines of this agreement reach together. The awarded lines ' +
      `reach the band ${bandText(tariff, band)}, which is marked.`,
    ...(heldLines === 0
      ? []
      : [
          `The bands count these lines together with ${linesText(heldLines)} that the provider holds under its other ` +
            `agreements from the same tender. So each band begins ${linesText(heldLines)} lower here than in the ` +
            "provider's tariff, and bands below are left out. That number stays as it is, whatever becomes of those lines.",
        ]),
    ...priceTables(content),
    ...(extras === null ? [] : [extras]),
    `As awarded, all lines together cost ${moneyText(content.costMinor, currency)} over the term` +
      (activation === 0n
        ? '. There is no charge beside the prices of this clause.'
        : `, which includes one activation of ${moneyText(activation, currency)} for the agreement as a ` +
          'whole. There is no other charge.'),
  );
}

function pricesOnlyFall({ openMarket, currency, cells }: AgreementContent): Clause {
  const tiers = [...new Set(cells.map((cell) => cell.tier))].sort().filter((tier) => Object.hasOwn(openMarket, tier));
  const compared = tiers.map((tier) => `${moneyText(openMarket[tier] ?? 0n, currency)} for ${tier}`);
  return clause(
    'Prices only fall',
    'Within the term no price rises. Lines that join later count towards the volume; when they lift it into a better ' +
      'band, every line of this agreement, old and new, pays the price of that band from the next invoice on. A band ' +
      'once reached is kept when lines leave.',
    ...(compared.length === 0
      ? []
      : [`For comparison, the pool took as the monthly price on the open market ${listText(compared)}.`]),
  );
}

function minimumVolume({ tariff, heldLines }: AgreementContent): Clause {
  const least = leastLines(tariff);
  const capacity = tariff.capacity;
  return clause(
    'Volume',
    least <= 1
      ? 'The provider accepts any volume.'
      : `The provider serves no fewer than ${numberText(least)} lines. When members accept fewer, this agreement falls ` +
          'through: nobody owes anything under it, and the lines are awarded anew.',
    capacity === undefined
      ? 'The provider has set no limit to its capacity.'
      : `The provider can serve ${linesText(capacity)} ${heldLines === 0 ? 'in all' : 'under this agreement'}, and owes no more.`,
  );
}

function term({ termMonths }: AgreementContent): Clause {
  return clause(
    'Term',
    `A line runs for ${termMonths} months from the day on which it works. This agreement lasts until the last line ` +
      'called off under it has ended.',
  );
}

function installation(): Clause {
  return clause(
    'Installation and service',
    `The provider installs every line within ${INSTALLATION_DAYS} days of its call-off, at the speeds and with the ` +
      'repair time of its service tier as published with the tender. Nothing is due for a line before it works.',
    'For every day by which a line works later than that, and for every day begun by which a repair takes longer than ' +
      'its service tier says, counted from the report, the member is credited one day of the monthly price of the line: ' +
      `at most ${MOST_CREDIT_DAYS} days for the installation, and at most ${MOST_CREDIT_DAYS} days for each repair.`,
  );
}

function standstill({ standstillEndsAt }: AgreementContent): Clause {
  return clause(
    'Award and standstill',
    'The award was recommended by one person and approved by another, and every bidder was told its result. This ' +
      `agreement may not be signed before the standstill has ended: ${instantText(standstillEndsAt)}.`,
  );
}

function signature(): Clause {
  return clause(
    'Signature',
    'The parties sign electronically, in any order. A signature names the person, the time, the network address and ' +
      'the content hash of this edition. Either party may return an edition with its reason instead; then no ' +
      'signature on it counts, and the agreement is issued again as another edition.',
  );
}

function governingData(content: AgreementContent): Clause {
  return clause(
    'Governing data',
    'This document is written from the data of the register, which both parties can read. Where the two differ, the ' +
      `data govern. The register keeps them for at least ${RECORDS_YEARS} years after the term.`,
    {
      kind: 'table',
      caption: 'What this agreement rests on',
      head: ['Record', 'Identifier or SHA-256'],
      rows: [
        ['Tender', content.tenderId],
        ['Tender, content as published', content.tenderHash],
        ['Bid', content.bidId],
        ...(content.alternative === undefined ? [] : [['Bid, alternative that won', content.alternative]]),
        ['Award', content.awardId],
        ['Award, content as approved', content.awardHash],
        ['Model contract', content.model],
      ],
      numbersFrom: 2,
      marked: null,
    },
  );
}

function linesText(lines: number): string {
  return lines === 1 ? '1 line' : `${numberText(lines)} lines`;
}

function clause(heading: string, ...blocks: (string | Table)[]): Clause {
  return {
    heading,
    blocks: blocks.map((block) => (typeof block === 'string' ? { kind: 'text', text: block } : block)),
  };
}
