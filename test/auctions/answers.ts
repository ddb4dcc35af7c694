/** What the auction's routes answer, as far as tests look at it. */
export interface Receipt {
  bidId: string;
  tenderId: string;
  sequence: number;
  commitment: string;
  receivedAt: string;
  signature: string;
}
export interface OwnBid extends Receipt {
  state: string;
}
export interface OpenedBid extends Receipt {
  providerId: string;
  providerName: string;
  tariff: object;
  salt: string;
}
export interface Problem {
  code: string;
  detail: string;
  faults?: { path: string; reason: string }[];
}
