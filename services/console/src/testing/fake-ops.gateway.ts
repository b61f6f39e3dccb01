import { type OpsAnswer, OpsGateway } from '../gateways/ops.gateway.ts';

/** Other services that answer what the test says, by the beginning of the path. */
export class FakeOpsGateway extends OpsGateway {
  readonly answers = new Map<string, readonly OpsAnswer[]>();

  override askAll(path: string): Promise<readonly OpsAnswer[]> {
    const found = [...this.answers].find(([start]) => path.startsWith(start));
    return Promise.resolve(found?.[1] ?? []);
  }
}
