/** Every route the application serves, found in its controllers, so that rooms to come are covered too. */
import { randomUUID } from 'node:crypto';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { MAY, OPEN_TO_ALL, SHOWS_MORE } from '../../src/platform/http/request.js';
import type { System } from '../support/system.js';

export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  /** the deed that one must be allowed to do; null when the route is open to all */
  readonly deed: string | null;
  /** the deeds that decide how much one is shown */
  readonly showing: readonly string[];
}

export function routesOf(system: System): Route[] {
  const scanner = system.app.get(MetadataScanner, { strict: false });
  const routes: Route[] = [];
  for (const { instance } of system.app.get(DiscoveryService, { strict: false }).getControllers()) {
    if (typeof instance !== 'object' || instance === null) continue;
    const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
    const prefix = Reflect.getMetadata(PATH_METADATA, instance.constructor) as string;
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name] ?? {};
      const path = Reflect.getMetadata(PATH_METADATA, handler) as string | undefined;
      if (path === undefined) continue;
      routes.push({
        method: RequestMethod[
          Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod
        ].toLowerCase() as Route['method'],
        path: `/${prefix}/${path}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1'),
        deed: Reflect.getMetadata(OPEN_TO_ALL, handler) === true ? null : (Reflect.getMetadata(MAY, handler) as string),
        showing: (Reflect.getMetadata(SHOWS_MORE, handler) as string[] | undefined) ?? [],
      });
    }
  }
  return routes.sort((a, b) => (a.path + a.method < b.path + b.method ? -1 : 1));
}

/** The path with every parameter filled in. */
export function filled(route: Route, value: string = randomUUID()): string {
  return route.path.replaceAll(/:\w+/g, value);
}
