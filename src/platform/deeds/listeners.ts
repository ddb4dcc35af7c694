/** Who listens to which fact, and what happens when what is due: found once at boot, from the decorators. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { FACTS_TO_HEAR, ON_FACT, type OnFactMetadata, WHEN_DUE, type WhenDueOptions } from './facts.js';

type Method = (...args: unknown[]) => Promise<unknown>;

export interface FactHandler extends OnFactMetadata {
  readonly call: Method;
}

export interface DueHandler extends WhenDueOptions {
  readonly call: Method;
}

const NAME = /^[a-z-]+\.[a-z-]+$/;

@Injectable()
export class Listeners implements OnModuleInit {
  private readonly facts = new Map<string, FactHandler>();
  private readonly dues = new Map<string, DueHandler>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    @Inject(FACTS_TO_HEAR) private readonly toHear: readonly string[],
  ) {}

  /** @throws Error when a fact has no listener or a name is used twice: such a system must not start */
  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders()) {
      if (typeof instance !== 'object' || instance === null) continue;
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown> | null;
      if (prototype === null) continue;
      for (const key of this.scanner.getAllMethodNames(prototype)) this.consider(instance as object, prototype[key]);
    }
    const deaf = this.toHear.filter((name) => this.handlersOf(name).length === 0);
    if (deaf.length > 0) throw new Error(`nobody listens to ${deaf.join(', ')}: remove the fact or add a listener`);
  }

  /** The names of the handlers of a fact. */
  handlersOf(fact: string): string[] {
    return [...this.facts.values()].filter((handler) => handler.fact === fact).map((handler) => handler.name);
  }

  factHandler(name: string): FactHandler | undefined {
    return this.facts.get(name);
  }

  factHandlers(): FactHandler[] {
    return [...this.facts.values()];
  }

  dueHandler(name: string): DueHandler | undefined {
    return this.dues.get(name);
  }

  dueHandlers(): DueHandler[] {
    return [...this.dues.values()];
  }

  private consider(instance: object, method: unknown): void {
    if (typeof method !== 'function') return;
    const onFact = Reflect.getMetadata(ON_FACT, method) as OnFactMetadata | undefined;
    const whenDue = Reflect.getMetadata(WHEN_DUE, method) as WhenDueOptions | undefined;
    const call = method.bind(instance) as Method;
    if (onFact) this.add(this.facts, { ...onFact, call });
    if (whenDue) this.add(this.dues, { ...whenDue, call });
  }

  private add<H extends { name: string }>(to: Map<string, H>, handler: H): void {
    if (!NAME.test(handler.name)) throw new Error(`a job is named "capability.what-it-does", not "${handler.name}"`);
    if (this.facts.has(handler.name) || this.dues.has(handler.name)) {
      throw new Error(`two jobs are named ${handler.name}`);
    }
    to.set(handler.name, handler);
  }
}
