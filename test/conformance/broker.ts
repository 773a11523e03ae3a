import { after, before, describe } from 'node:test';
import { consumeCriteria } from './broker-consume.ts';
import type { BrokerUnderTest } from './broker-fixture.ts';
import { produceCriteria } from './broker-produce.ts';

export interface BrokerConformance {
  readonly name: string;
  readonly skip: string | false;
  open(): Promise<BrokerUnderTest>;
}

/** Runs the criteria that every implementation of `Broker` has to meet. */
export function brokerConformance({ name, skip, open }: BrokerConformance): void {
  describe(`Broker, ${name}`, { skip }, () => {
    let target: BrokerUnderTest | null = null;
    const opened = (): BrokerUnderTest => {
      if (target === null) throw new Error(`The broker under test '${name}' is not open`);
      return target;
    };

    before(async () => {
      target = await open();
    });
    after(async () => target?.close());

    produceCriteria(opened);
    consumeCriteria(opened);
  });
}
