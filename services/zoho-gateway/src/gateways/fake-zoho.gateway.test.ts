import { describe } from 'vitest';
import { FakeZohoGateway } from './fake-zoho.gateway.ts';
import { zohoConformance } from './zoho.conformance.ts';

describe('FakeZohoGateway', () => {
  zohoConformance(async () => ({
    gateway: new FakeZohoGateway(),
    departmentId: '1180000000000000900',
    close: async () => {},
  }));
});
