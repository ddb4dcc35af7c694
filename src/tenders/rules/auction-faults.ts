/** Everything that is wrong with the auction settings of a tender, each fault at its place. */
import type { Fault } from '../../kernel/refusal.js';
import { AUCTION_FORMATS, type AuctionSettings, DISCLOSURES, FEEDBACKS, FEWER_BIDDERS } from './auction-settings.js';

type ChosenSetting = 'format' | 'belowMinimum' | 'feedback' | 'disclosure';
export type CountedSetting = Exclude<keyof AuctionSettings, ChosenSetting>;

interface Limits {
  readonly least: number;
  readonly most: number;
  /** what is counted, as a sentence begins with it */
  readonly what: string;
}

const CHOICES: Readonly<Record<ChosenSetting, readonly string[]>> = {
  format: AUCTION_FORMATS,
  belowMinimum: FEWER_BIDDERS,
  feedback: FEEDBACKS,
  disclosure: DISCLOSURES,
};

/** Lower limits are low enough for rehearsals that nobody wants to wait for. */
export const AUCTION_LIMITS: Readonly<Record<CountedSetting, Limits>> = {
  minBidders: { least: 2, most: 1_000, what: 'The fewest bidders of an auction' },
  leadSeconds: { least: 0, most: 604_800, what: 'The time from the opening of the bids to the auction' },
  durationSeconds: { least: 60, most: 86_400, what: 'The duration of the auction' },
  turnSeconds: { least: 30, most: 3_600, what: 'The time of a turn' },
  restSeconds: { least: 0, most: 3_600, what: 'The pause between two rounds' },
  minimumStepBp: { least: 1, most: 5_000, what: 'The minimum step in basis points' },
  softCloseSeconds: { least: 0, most: 86_400, what: 'The time before the end in which a change extends the auction' },
  extensionSeconds: { least: 0, most: 3_600, what: 'The extension' },
  maxExtensionSeconds: { least: 0, most: 86_400, what: 'The most that all extensions may add' },
  outageSeconds: { least: 5, most: 3_600, what: 'The time after which an auction that stood still is paused' },
};

/** Nobody can answer a change in less. */
const LEAST_EXTENSION_SECONDS = 10;

/** Faults of the settings, one by one and against each other; paths begin with `auction`. */
export function auctionFaults(settings: AuctionSettings): Fault[] {
  const chosen = names(CHOICES).flatMap((name): Fault[] => {
    const [choices, given] = [CHOICES[name], settings[name]];
    if (choices.includes(given)) return [];
    return [{ path: pathOf(name), reason: `There is no ${given} to choose here; give one of ${choices.join(', ')}.` }];
  });
  const counted = names(AUCTION_LIMITS).flatMap((name): Fault[] => {
    const [{ least, most, what }, given] = [AUCTION_LIMITS[name], settings[name]];
    if (Number.isInteger(given) && given >= least && given <= most) return [];
    return [{ path: pathOf(name), reason: `${what} is ${given}; give a whole number from ${least} to ${most}.` }];
  });
  const faults = [...chosen, ...counted];
  return faults.length > 0 ? faults : softCloseFaults(settings);
}

/** What single settings do not show: a soft close within the auction, and time to answer what it is about. */
function softCloseFaults({ softCloseSeconds, durationSeconds, extensionSeconds }: AuctionSettings): Fault[] {
  if (softCloseSeconds === 0) return [];
  const faults: Fault[] = [];
  if (softCloseSeconds > durationSeconds) {
    const reason = `A soft close of ${softCloseSeconds} seconds is longer than the auction, which lasts ${durationSeconds}; shorten it, or let the auction last longer.`;
    faults.push({ path: pathOf('softCloseSeconds'), reason });
  }
  if (extensionSeconds < LEAST_EXTENSION_SECONDS) {
    const reason = `Nobody can answer a change within an extension of ${extensionSeconds} seconds; give at least ${LEAST_EXTENSION_SECONDS}, or set softCloseSeconds to 0 for an auction that is never extended.`;
    faults.push({ path: pathOf('extensionSeconds'), reason });
  }
  return faults;
}

function pathOf(name: keyof AuctionSettings): string {
  return `auction.${name}`;
}

function names<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(table) as K[];
}
