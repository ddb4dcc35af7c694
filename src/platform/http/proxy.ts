/** Whom we believe about where a request comes from. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import type { Settings } from '../config/settings.js';

/** This machine and private networks: where a proxy of ours can stand. */
const NEAR = new BlockList();
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const) {
  NEAR.addSubnet(network, bits, 'ipv4');
}
NEAR.addAddress('::1', 'ipv6');
NEAR.addSubnet('fc00::', 7, 'ipv6');
NEAR.addSubnet('fe80::', 10, 'ipv6');

function isNear(address: string): boolean {
  return NEAR.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Did it come straight from this machine or a private network, and not through a proxy, which hands on requests of
 * everybody?
 */
export function isNeighbour({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): boolean {
  const passedOn = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined);
  return !passedOn && isNear((socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}

/**
 * We speak no HTTPS, so an origin that does has one proxy in front of us. Whom that proxy heard from is the last entry
 * of X-Forwarded-For; whatever stands before it, the caller may have written itself.
 */
export function trustedProxy(settings: Settings): false | ((address: string, hop: number) => boolean) {
  if (settings.PUMASI_ORIGIN?.startsWith('https:') !== true) return false;
  return (address, hop) => hop === 0 && isNear(address);
}
