import { systemClock } from '@sluice/clock';
import { HttpClient } from '@sluice/outbound-http';
import { afterAll, beforeAll, describe } from 'vitest';
import { startSandboxProcess, type SandboxProcess } from '../testing/sandbox-process.ts';
import { cybersourceConformance } from './cybersource.conformance.ts';
import { HttpCybersourceGateway } from './http-cybersource.gateway.ts';

describe('HttpCybersourceGateway', () => {
  let sandbox: SandboxProcess;
  let http: HttpClient;
  let gateway: HttpCybersourceGateway;
  let token: string;

  beforeAll(async () => {
    sandbox = await startSandboxProcess();
    http = new HttpClient({ name: 'cybersource', allowedHosts: [new URL(sandbox.url).host] });
    gateway = new HttpCybersourceGateway(http, sandbox.access, systemClock);
    token = await sandbox.tokenise('4111111111111111');
  });

  afterAll(async () => {
    await http.close();
    await sandbox.stop();
  });

  cybersourceConformance(() => ({
    gateway,
    token,
    loseNextAnswer: (call) =>
      sandbox.fault({
        route: call === 'payment' ? 'POST /pts/v2/payments' : 'POST /pts/v2/payments/*/refunds',
        kind: 'reset_after',
        times: 1,
      }),
  }));
});
