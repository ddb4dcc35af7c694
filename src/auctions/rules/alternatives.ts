/** Whether a bid with alternatives may be sent, and whether what arrived is one. */
import { canonicalJson } from '../../kernel/canonical.js';
import type { Fault } from '../../kernel/refusal.js';
import { type OneTariff, tariffsOf } from '../../pricing/rules/alternatives.js';
import type { BidTariff } from '../../pricing/rules/tariff.js';
import type { AuctionFormat } from '../../tenders/rules/auction-settings.js';
import { bidFaults, type BidTerms, bodyFaults } from './bid-faults.js';
import { MAX_ALTERNATIVES, roomFor } from './room.js';

/** Characters of a label. */
const MAX_LABEL = 30;

/** Letters and digits, and between them spaces, dots, hyphens and underscores. */
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._-]*[\p{L}\p{M}\p{N}])?$/u;

/** Characters that nobody sees, some of which are letters or marks: by them two labels would differ that look the same. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/u;

/** What a tender asks of its bids, and how they compete. */
export interface SealedTerms extends BidTerms {
  readonly format: AuctionFormat;
}

/** Faults of a body that should be a sealed bid, whatever the tender: a tariff, with alternatives or without. */
export function bidBodyFaults(json: unknown): Fault[] {
  if (!isRecord(json) || json['alternatives'] === undefined) return bodyFaults(json);
  const { alternatives, ...main } = json;
  if (!isRecord(alternatives)) {
    return [{ path: 'alternatives', reason: 'Give an object of one tariff per label.' }, ...bodyFaults(main)];
  }
  const labels = Object.keys(alternatives);
  if (labels.length === 0 || labels.length > MAX_ALTERNATIVES) {
    const reason = `There are ${labels.length} alternatives beside the main tariff; give 1 to ${MAX_ALTERNATIVES}, or leave them out.`;
    return [{ path: 'alternatives', reason }];
  }
  return [
    ...bodyFaults(main),
    ...labels.flatMap((label) => [
      ...labelFaults(label, labels),
      ...bodyFaults(alternatives[label]).map((fault) => within(label, fault)),
    ]),
  ];
}

/** The faults of a sealed bid in its tender, each at its tariff; empty when it may be bid. */
export function sealedBidFaults(bid: BidTariff, frame: SealedTerms): Fault[] {
  const tariffs = tariffsOf(bid);
  if (tariffs.length > 1 && frame.format !== 'sealed') {
    const reason =
      'The bids of this tender compete in a live auction, in which a provider improves one tariff. Send one tariff; ' +
      'alternatives can be bid where sealed bids decide.';
    return [{ path: 'alternatives', reason }];
  }
  const twins = twinFaults(tariffs);
  if (twins.length > 0) return twins;
  const bands = tariffs.reduce((sum, { tariff }) => sum + tariff.bands.length, 0);
  const most = roomFor(frame).bands;
  if (tariffs.length > 1 && bands > most) {
    const reason = `The tariff and its alternatives have ${bands} bands; give at most ${most} altogether.`;
    return [{ path: 'alternatives', reason }];
  }
  return tariffs.flatMap(({ alternative, tariff }) =>
    bidFaults(tariff, frame).map((fault) => (alternative === null ? fault : within(alternative, fault))),
  );
}

/** A tariff that is sent twice is a slip of the pen, which nobody could see in the sealed bid. */
function twinFaults(tariffs: readonly OneTariff[]): Fault[] {
  const seen = new Map<string, string>();
  return tariffs.flatMap(({ alternative, tariff }): Fault[] => {
    const content = canonicalJson(tariff);
    const twin = seen.get(content);
    const name = alternative === null ? 'the main tariff' : `"${alternative}"`;
    if (twin === undefined) seen.set(content, name);
    if (twin === undefined || alternative === null) return [];
    const reason = `It is the same as ${twin}; change what you mean to offer otherwise, or leave it out.`;
    return [{ path: `alternatives.${alternative}`, reason }];
  });
}

function labelFaults(label: string, labels: readonly string[]): Fault[] {
  const path = `alternatives.${label}`;
  if (label.length > MAX_LABEL || !LABEL.test(label) || UNSEEN.test(label)) {
    const reason =
      `A label has 1 to ${MAX_LABEL} characters: letters and digits, and between them spaces, dots, hyphens and ` +
      'underscores.';
    return [{ path, reason }];
  }
  const twin = labels.slice(0, labels.indexOf(label)).find((other) => asRead(other) === asRead(label));
  if (twin === undefined) return [];
  return [{ path, reason: `It reads like the label "${twin}"; give labels that differ by a letter or a digit.` }];
}

/**
 * What people go by when they tell labels apart, in an award or on paper: neither case, nor what stands between words, nor of
 * which characters a letter is made.
 */
function asRead(label: string): string {
  return label
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[ ._-]+/g, ' ');
}

function within(label: string, fault: Fault): Fault {
  return { ...fault, path: ['alternatives', label, fault.path].filter(Boolean).join('.') };
}

function isRecord(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
