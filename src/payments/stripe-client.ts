/** Stripe's own library, as this house uses it: with a key of each command, time limits, and errors that may be told. */
import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { refuse } from '../kernel/refusal.js';
import { isLiveKey, Settings } from '../platform/config/settings.js';
import { asRefusal } from './stripe-errors.js';

/** The shapes that stripe-reading.ts knows; an account's own default may be another one. */
export const API_VERSION = '2026-10-28.endive';

/** Rows are locked while Stripe is asked: it has so long for each of a few tries. */
const TIMEOUT_MILLIS = 10_000;
const RETRIES = 2;

@Injectable()
export class StripeClient {
  private readonly stripe: Stripe | null;
  /** Is the key one with which money moves? */
  readonly live: boolean;

  constructor(settings: Settings) {
    const { PUMASI_STRIPE_KEY: key, PUMASI_STRIPE_URL: url } = settings;
    this.live = key !== undefined && isLiveKey(key);
    this.stripe =
      key === undefined
        ? null
        : new Stripe(key, {
            apiVersion: API_VERSION,
            timeout: TIMEOUT_MILLIS,
            maxNetworkRetries: RETRIES,
            telemetry: false,
            ...(url === undefined ? {} : addressOf(url)),
          });
  }

  get on(): boolean {
    return this.stripe !== null;
  }

  /** Asks Stripe. @throws Refusal 'stripe.off', 'stripe.unavailable', 'stripe.refused' */
  async ask<T>(what: (stripe: Stripe) => Promise<T>): Promise<T> {
    try {
      return await this.asked(what);
    } catch (error) {
      throw asRefusal(error);
    }
  }

  /** Asks Stripe, for those who make something of its errors. They must not be told, logged or kept. */
  async asked<T>(what: (stripe: Stripe) => Promise<T>): Promise<T> {
    if (this.stripe === null) {
      throw refuse('stripe.off', 'This system collects by bank transfer only: it has no key of Stripe.');
    }
    return what(this.stripe);
  }
}

/** The options of a command that is done once for this id, however often it is sent. */
export function keyed(command: string, id: string): { readonly idempotencyKey: string } {
  return { idempotencyKey: `pumasi-${command}-${id}` };
}

function addressOf(text: string): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  const url = new URL(text);
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return { host: url.hostname, port: url.port === '' ? (protocol === 'http' ? 80 : 443) : url.port, protocol };
}
