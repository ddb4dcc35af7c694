import { fact } from '../platform/deeds/facts.js';

/** The sealed bids of a tender were opened, however many there were. */
export const bidsOpened = fact<{ auctionId: string; tenderId: string }>('auctions.bids-opened');
