import { fact } from '../platform/deeds/facts.js';

/** It is certain which tariffs decide a tender, however many there are. */
export const auctionDecided = fact<{ tenderId: string }>('auctions.decided');

/** A tariff or a proxy was recorded and has no place among the events yet. */
export const tariffRecorded = fact<{ auctionId: string }>('auctions.tariff-recorded');

/** The standing of an auction is to be reckoned, and whatever follows from it done. */
export const standingAsked = fact<{ auctionId: string }>('auctions.standing-asked');

/** The same of a practice auction, which waits behind everything else. */
export const practiceStandingAsked = fact<{ auctionId: string }>('auctions.practice-standing-asked');

/** How far everybody is from winning what it does not win is to be found, as of a standing. */
export const gapsAsked = fact<{ auctionId: string; standing: number }>('auctions.gaps-asked');
