import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { refuse } from '../../kernel/refusal.js';

/** The account PostgreSQL runs as. Ids as in /etc/passwd. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** How accounts are found and made; the defaults are this machine's. */
export interface Accounts {
  readonly passwd: () => string;
  readonly create: (name: string) => void;
}

const OURS = 'pumasi';
/** `nobody` comes last: it is shared with other services, but it exists where no account can be made. */
const KNOWN = ['postgres', OURS, 'nobody'] as const;

const thisMachine: Accounts = {
  passwd: () => readFileSync('/etc/passwd', 'utf8'),
  create: (name) => {
    const nowhere = ['--system', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/false', name];
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    const made = spawnSync('useradd', nowhere, { env, stdio: 'ignore' });
    // Alpine and other BusyBox systems know only adduser; its letters mean the same as the words above.
    if (made.status !== 0) spawnSync('adduser', ['-S', '-D', '-H', '-s', '/bin/false', name], { env, stdio: 'ignore' });
  },
};

export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

function findUser(accounts: Accounts, name: string): ServerUser | null {
  for (const line of accounts.passwd().split('\n')) {
    const [account, , uid, gid] = line.split(':');
    if (account === name && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/**
 * The account for PostgreSQL when we are root, which it refuses to be: `postgres`, else `pumasi` (made when missing),
 * else `nobody`. It must have a line in /etc/passwd, because initdb looks its own name up.
 * Throws the refusal `embedded.no-user`.
 */
export function unprivilegedUser(accounts: Accounts = thisMachine): ServerUser {
  const existing = findUser(accounts, 'postgres') ?? findUser(accounts, OURS);
  if (existing) return existing;
  accounts.create(OURS);
  const user = findUser(accounts, OURS) ?? findUser(accounts, 'nobody');
  if (user) return user;
  throw refuse(
    'embedded.no-user',
    'PostgreSQL refuses to run as root and no other account could be made: add one with "useradd --system pumasi", ' +
      'or start Pumasi as an ordinary user, or set DATABASE_URL to a server.',
    { kind: 'unavailable' },
  );
}

/** Who runs PostgreSQL on this cluster folder; null means ourselves. As root, whoever owns the data keeps it. */
export function serverUser(clusterFolder: string): ServerUser | null {
  if (!runsAsRoot()) return null;
  const owner = statSync(clusterFolder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  return unprivilegedUser();
}

/** The ids for spawn(); nothing when PostgreSQL runs as ourselves. */
export function asUser(user: ServerUser | null): { uid: number; gid: number } | Record<string, never> {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

/**
 * Whether the server's account may enter the folder. Only trying it counts access lists and mounts too. As root and
 * before any account was made, `nobody` answers for whoever it will be: neither owns anything on the way.
 */
export function mayEnter(folder: string, user: ServerUser | null = likelyUser()): boolean {
  const tried = spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
    ...asUser(user),
    cwd: '/',
    stdio: 'ignore',
  });
  return tried.status === 0;
}

function likelyUser(): ServerUser | null {
  if (!runsAsRoot()) return null;
  for (const name of KNOWN) {
    const user = findUser(thisMachine, name);
    if (user) return user;
  }
  return { name: 'nobody', uid: 65534, gid: 65534 };
}
