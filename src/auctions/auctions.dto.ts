/** What bids and auctions look like from outside. */
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import type { Minor } from '../kernel/money.js';
import type { BidTariff } from '../pricing/rules/tariff.js';
import { AUCTION_STATES } from './rules/lifecycles.js';
import { MAX_ALTERNATIVES } from './rules/room.js';

const MINOR_BY_TIER = { type: 'object', additionalProperties: { type: 'integer' } } as const;

/** A band of volume: it applies to every line once all lines won in the tender reach `from`. */
export class TariffBandBody {
  /** the fewest lines, over all lots won; bands ascend by it */
  @ApiProperty({ type: 'integer', minimum: 1 })
  from!: number;

  /** minor units a month by tier code; a tier without a price is not offered */
  @ApiProperty(MINOR_BY_TIER)
  monthly!: Record<string, Minor>;

  /** monthly prices that differ in a lot, by lot code */
  @ApiPropertyOptional({ type: 'object', additionalProperties: MINOR_BY_TIER })
  lotMonthly?: Record<string, Record<string, Minor>>;
}

/** A lot that the tariff covers; it may be empty. */
export class TariffLotBody {
  /** added to the monthly price of every line in this lot */
  @ApiPropertyOptional({ type: 'integer' })
  surcharge?: Minor;

  /** one-off, per line in this lot */
  @ApiPropertyOptional({ type: 'integer' })
  setup?: Minor;

  /** the most lines the provider can serve in this lot */
  @ApiPropertyOptional({ type: 'integer', minimum: 1 })
  capacity?: number;

  /** limits per tier: {"fast": {"capacity": 10}} */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'object', properties: { capacity: { type: 'integer', minimum: 1 } } },
  })
  tiers?: Record<string, { capacity?: number }>;
}

/** One of those who bid together. */
export class PartnerBody {
  /** codes of the lots that it serves; each lot is served by one partner at most, the others by the bidder itself */
  lots!: string[];

  /** the most lines that it can serve in these lots together */
  @ApiProperty({ type: 'integer', minimum: 1 })
  capacity!: number;
}

/**
 * A provider's tariff. In every band and lot, a line's price, surcharge and set-up spread over the term must together be
 * within the tender's cap of its tier, and within what the winner determination can reckon with for the number of all
 * lines; a refusal names either limit.
 */
@ApiExtraModels(TariffLotBody, PartnerBody)
export class TariffBody {
  @ApiProperty({ type: [TariffBandBody], minItems: 1, maxItems: 20 })
  bands!: TariffBandBody[];

  /** by lot code; a lot that is absent is not served */
  @ApiProperty({ type: 'object', additionalProperties: { $ref: getSchemaPath(TariffLotBody) } })
  lots!: Record<string, TariffLotBody>;

  /** the most lines the provider can serve altogether */
  @ApiPropertyOptional({ type: 'integer', minimum: 1 })
  capacity?: number;

  /** the fewest lines for which the provider accepts an award at all */
  @ApiPropertyOptional({ type: 'integer', minimum: 0 })
  minimumLines?: number;

  /** one-off amount for the whole award */
  @ApiPropertyOptional({ type: 'integer' })
  activation?: Minor;

  /** of a joint bid, by the partner's name; they are disclosed wherever the tariff is, and named in the contract */
  @ApiPropertyOptional({ type: 'object', additionalProperties: { $ref: getSchemaPath(PartnerBody) } })
  partners?: Record<string, PartnerBody>;
}

/**
 * A sealed bid: a tariff and, where the tender's sealed bids decide (`auction.format` is `sealed`), alternatives to it. Each
 * is a whole tariff of its own, with bands that count the lines won by it, and at most one of all wins. With its alternatives
 * a bid has 20 bands at most, or what a refusal says where lots times tiers are more than 4,000.
 */
@ApiExtraModels(TariffBody)
export class BidBody extends TariffBody {
  /**
   * by label, 1 to 4 of them, none the same tariff as another of the bid. A label has 1 to 30 characters: letters and digits,
   * and between them spaces, dots, hyphens and underscores; labels that read alike are refused. It is told with what wins. Of
   * tariffs that would make the whole cost the same the main one is preferred, then the earlier label
   */
  @ApiPropertyOptional({
    type: 'object',
    minProperties: 1,
    maxProperties: MAX_ALTERNATIVES,
    additionalProperties: { $ref: getSchemaPath(TariffBody) },
    example: {
      'all of it': {
        bands: [{ from: 1, monthly: { 'fibre-1000': 29_000 } }],
        lots: { seoul: {}, jeju: {} },
        minimumLines: 900,
      },
    },
  })
  alternatives?: Record<string, TariffBody>;
}

/**
 * Proof that a bid was taken: an Ed25519 signature over the canonical JSON (keys sorted, no white space) of the other
 * members.
 */
export class ReceiptView {
  bidId!: string;
  tenderId!: string;

  /** counts the provider's own bids in this tender, from 1 */
  @ApiProperty({ type: 'integer' })
  sequence!: number;

  /**
   * SHA-256 of the canonical JSON of {"salt","tariff"}; the salt is told when the bids are opened. Of a bid with
   * alternatives: of {"tariffs"}, a list of such hashes, of the main tariff and of each label in its order. Each is of
   * {"alternative","salt","tariff"}, where alternative is the label, or null, and salt the SHA-256 of the canonical JSON of
   * {"alternative","salt"} with the salt of the bid
   */
  commitment!: string;

  /** by the database's clock, ISO 8601 in UTC with milliseconds */
  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;

  /** Base64 */
  signature!: string;
}

/** A bid as its own provider sees it. The tariff is in the sealed box and is shown to nobody. */
export class OwnBidView extends ReceiptView {
  @ApiProperty({ enum: ['standing', 'replaced', 'withdrawn', 'opened', 'unreadable'] })
  state!: string;
}

export class OwnBidPage {
  @ApiProperty({ type: [OwnBidView] })
  items!: OwnBidView[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class WithdrawalView {
  bidId!: string;
  tenderId!: string;

  @ApiProperty({ enum: ['withdrawn'] })
  state!: string;

  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;
}

/** A bid that does not take part because its box could not be read. */
export class UnreadableBidView {
  bidId!: string;
  providerId!: string;
  why!: string;
}

export class OpeningView {
  tenderId!: string;

  /** `settling` when the bids decide by themselves, `waiting` when an auction follows, `failed` when too few providers bid */
  @ApiProperty({ enum: ['settling', 'waiting', 'failed'] })
  state!: string;

  @ApiProperty({ format: 'date-time' })
  openedAt!: string;

  /** how many bids were opened */
  @ApiProperty({ type: 'integer' })
  opened!: number;

  @ApiProperty({ type: [UnreadableBidView] })
  unreadable!: UnreadableBidView[];
}

/** A bid after the opening. */
export class OpenedBidView extends ReceiptView {
  providerId!: string;
  providerName!: string;

  @ApiProperty({ type: BidBody })
  tariff!: BidTariff;

  /** with it, anyone can recompute the commitment from the tariff */
  salt!: string;
}

export class OpenedBidPage {
  @ApiProperty({ type: [OpenedBidView] })
  items!: OpenedBidView[];

  @ApiProperty({ type: [UnreadableBidView] })
  unreadable!: UnreadableBidView[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class AuctionView {
  tenderId!: string;

  @ApiProperty({ enum: [...AUCTION_STATES] })
  state!: string;

  deadline!: Date;

  /** the clock that the deadline is measured by */
  now!: Date;

  /** standing at the deadline; null until the auction is closed */
  @ApiProperty({ type: 'integer', nullable: true })
  bids!: number | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  openedAt!: Date | null;
}

export class PublicKeyView {
  @ApiProperty({ enum: ['Ed25519'] })
  algorithm!: string;

  /** PEM (SPKI) */
  publicKey!: string;
}
