import { systemClock } from '@sluice/clock';
import { describe } from 'vitest';
import { cybersourceConformance } from './cybersource.conformance.ts';
import { FakeCybersourceGateway } from './fake-cybersource.gateway.ts';

describe('FakeCybersourceGateway', () => {
  cybersourceConformance(() => {
    const gateway = new FakeCybersourceGateway(systemClock);
    const loseNextAnswer = (): Promise<void> => {
      gateway.faults.push('lost-after');
      return Promise.resolve();
    };
    return { gateway, token: '7010000000016241111', loseNextAnswer };
  });
});
